#pragma once

#include "storage/digest_faults.hpp"
#include "storage/postgres/connection.hpp"

namespace minidns::storage::postgres {

class PostgresDigestFaults final : public DigestFaults {
 public:
  /// `pool` must outlive this and all that it gives.
  explicit PostgresDigestFaults(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] std::unique_ptr<DisputeBatch> take(std::size_t limit) override;
  [[nodiscard]] std::vector<Differing> differing() override;
  [[nodiscard]] std::int64_t count_signed() override;
  bool stop_build(const std::string& build, std::int64_t zones) override;
  [[nodiscard]] std::int64_t count_stopped() override;
  [[nodiscard]] std::int64_t count_reported() override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
