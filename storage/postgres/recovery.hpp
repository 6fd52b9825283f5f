#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/recovery.hpp"

#include <memory>
#include <string>

namespace minidns::storage::postgres {

/// Writes reports for `reporter`, which tells a person who it was.
void insert_reports(Connection& connection, const std::string& reporter, const std::vector<LostVersion>& versions,
                    const std::optional<std::int64_t>& set_back_epoch);

class PostgresRecoveryReports final : public RecoveryReports {
 public:
  PostgresRecoveryReports(std::shared_ptr<ConnectionPool> pool, std::string reporter)
      : pool_(std::move(pool)), reporter_(std::move(reporter)) {}

  void report(const std::vector<LostVersion>& versions, const std::optional<std::int64_t>& set_back_epoch) override;

 private:
  std::shared_ptr<ConnectionPool> pool_;
  std::string reporter_;
};

class PostgresRecovery final : public Recovery {
 public:
  /// `pool` must outlive this and all that it gives.
  explicit PostgresRecovery(ConnectionPool& pool) : pool_(pool) {}

  std::optional<std::int64_t> open_epoch_if_set_back() override;
  std::vector<LostZone> settle_lost(std::size_t limit) override;
  [[nodiscard]] std::unique_ptr<RecoveryBatch> take(std::size_t limit) override;
  [[nodiscard]] std::int64_t count_lost() override;
  [[nodiscard]] std::vector<LostZone> lost_zones() override;
  bool forget_lost(const dns::Name& name) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
