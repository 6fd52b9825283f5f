#pragma once

#include "storage/postgres/connection.hpp"
#include "storage/zone_reader.hpp"

namespace minidns::storage::postgres {

class PostgresZoneReader final : public ZoneReader {
 public:
  /// `pool` must outlive this.
  explicit PostgresZoneReader(ConnectionPool& pool) : pool_(pool) {}

  [[nodiscard]] std::optional<ZoneRecord> zone(const Reach& reach, const ZoneId& id) override;
  [[nodiscard]] std::optional<ZoneRecord> zone_and_visibility(const Reach& reach, const ZoneId& id,
                                                              const std::optional<dns::Version>& version) override;
  [[nodiscard]] ListResult<ZoneRecord> zones(const Reach& reach, const ZoneQuery& query,
                                             const ListRequest<ZoneId, ZoneSort>& request) override;
  [[nodiscard]] std::vector<NsName> ns_names(const PoolId& pool) override;
  [[nodiscard]] std::vector<PrimaryEndpoint> own_endpoints() override;
  [[nodiscard]] std::optional<RecordsetRecord> recordset(const Reach& reach, const std::optional<ZoneId>& zone,
                                                         const RecordsetId& id) override;
  [[nodiscard]] std::optional<RecordsetRecord> recordset_and_visibility(
      const Reach& reach, const ZoneId& zone, const RecordsetId& id,
      const std::optional<dns::Version>& version) override;
  [[nodiscard]] ListResult<RecordsetRecord> recordsets(const Reach& reach, const std::optional<ZoneId>& zone,
                                                       const RecordsetQuery& query,
                                                       const ListRequest<RecordsetId, RecordsetSort>& request) override;

 private:
  ConnectionPool& pool_;
};

/// Rows of `hostname, priority`.
[[nodiscard]] std::vector<NsName> ns_names_of(const Rows& rows);
inline constexpr const char* select_ns_names =
    "select hostname, priority from pool_ns_records where pool_id = $1 order by priority, hostname";

}  // namespace minidns::storage::postgres
