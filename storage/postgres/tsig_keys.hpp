#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/tsig_keys.hpp"

namespace minidns::storage::postgres {

class PostgresTsigKeys final : public TsigKeys {
 public:
  /// `pool` must outlive this.
  explicit PostgresTsigKeys(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] bool has_resource(const std::variant<PoolId, ZoneId>& scope) override;
  TsigKeyRecord create(const TsigKeyId& id, const TsigKeyFields& fields) override;
  [[nodiscard]] std::optional<TsigKeyRecord> get(const TsigKeyId& id) override;
  [[nodiscard]] ListResult<TsigKeyRecord> list(const TsigKeyQuery& query,
                                               const ListRequest<TsigKeyId, TsigKeySort>& request) override;
  std::optional<TsigKeyRecord> update(const TsigKeyId& id, const std::function<bool(TsigKeyFields&)>& edit) override;
  bool remove(const TsigKeyId& id) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
