#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/zone_dnssec.hpp"

namespace minidns::storage::postgres {

class PostgresZoneDnssec final : public ZoneDnssec {
 public:
  /// `pool` must outlive this.
  explicit PostgresZoneDnssec(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] std::optional<ZoneDnssecRecord> read(const Reach& reach, const ZoneId& zone) override;

 private:
  ConnectionPool& pool_;
};

}  // namespace minidns::storage::postgres
