#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/tokens.hpp"

namespace minidns::storage::postgres {

class PostgresTokens final : public Tokens {
 public:
  /// `pool` must outlive this.
  explicit PostgresTokens(ConnectionPool& pool) : pool_(pool) {}

  void add(const TokenRow& token, const TokenHash& hash) override;
  [[nodiscard]] std::optional<TokenRow> find_valid(const TokenHash& hash) override;
  [[nodiscard]] std::vector<TokenRow> list(const std::optional<TokenId>& after, std::size_t limit) override;
  [[nodiscard]] bool revoke(const TokenId& id) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
