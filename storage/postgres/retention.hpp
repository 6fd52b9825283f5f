#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/retention.hpp"

namespace minidns::storage::postgres {

class PostgresRetention final : public Retention {
 public:
  /// `pool` must outlive this.
  explicit PostgresRetention(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] Step prune_history(std::int64_t after, std::int64_t versions_min,
                                   std::chrono::milliseconds age) override;
  [[nodiscard]] std::int64_t remove_deleted(std::chrono::milliseconds age) override;
  [[nodiscard]] KeySetStep prune_key_sets(const std::optional<KeySetId>& after, std::chrono::milliseconds age) override;
  [[nodiscard]] std::int64_t destroy_keys(std::chrono::milliseconds age) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
