#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/signing_refresh.hpp"

namespace minidns::storage::postgres {

class PostgresSigningRefresh final : public SigningRefresh {
 public:
  /// `pool` must outlive this and all that it gives.
  explicit PostgresSigningRefresh(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] std::unique_ptr<RefreshBatch> take(std::size_t limit) override;
  Clock observe_clock(std::chrono::seconds leap_max) override;
  void accept_clock() override;
  [[nodiscard]] Counts count(std::chrono::seconds late_after) override;
  [[nodiscard]] std::optional<std::int64_t> earliest_expiry() override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
