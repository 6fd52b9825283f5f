#pragma once

#include "storage/nameserver_overview.hpp"
#include "storage/postgres/connection.hpp"

namespace minidns::storage::postgres {

class PostgresNameserverOverviews final : public NameserverOverviews {
 public:
  /// `pool` must outlive this.
  explicit PostgresNameserverOverviews(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] std::vector<NameserverOverview> list() override;
  [[nodiscard]] std::optional<NameserverOverview> find(const std::string& name_or_id) override;
  [[nodiscard]] std::int64_t count_zones(PoolId pool) override;
  [[nodiscard]] std::optional<ZoneStanding> find_zone(const dns::Name& name) override;
  [[nodiscard]] std::vector<ZoneTask> tasks_of(const dns::Name& zone) override;
  [[nodiscard]] std::vector<ZoneFault> faults_of(ZoneId zone) override;
  bool request_service(NameserverId nameserver) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
