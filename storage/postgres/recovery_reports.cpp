#include "storage/postgres/recovery.hpp"
#include "storage/postgres/zone_columns.hpp"

#include <algorithm>

namespace minidns::storage::postgres {
namespace {

// Rows of one statement: about 200 kB.
constexpr std::size_t rows_per_statement = 1000;

// No target for the conflict: that would need the right to read the table.
constexpr const char* insert_recovery_reports =
    "insert into recovery_reports (zone_id, zone_name, name_key, version, serial, set_back_epoch, reporter)"
    " select w.zone_id, w.zone_name, w.name_key, w.version, w.serial, $6::bigint, $7"
    " from unnest($1::uuid[], $2::text[], $3::bytea[], $4::bigint[], $5::bigint[])"
    "   as w (zone_id, zone_name, name_key, version, serial)"
    " on conflict do nothing";

Connection::Statement statement_of(std::span<const LostVersion> versions, const std::string& reporter,
                                   const std::optional<std::int64_t>& set_back_epoch) {
  std::vector<Uuid> zones;
  std::vector<std::string> names;
  std::vector<Bytes> keys;
  std::vector<std::int64_t> numbers;
  std::vector<std::int64_t> serials;
  for (const LostVersion& version : versions) {
    zones.push_back(version.zone.uuid());
    names.push_back(version.name.to_text());
    keys.push_back(name_key_of(version.name));
    numbers.push_back(version.version ? version.version->value() : 0);
    serials.push_back(version.serial.value());
  }
  return {insert_recovery_reports, {zones, names, keys, numbers, serials, set_back_epoch, reporter}};
}

}  // namespace

void insert_reports(Connection& connection, const std::string& reporter, const std::vector<LostVersion>& versions,
                    const std::optional<std::int64_t>& set_back_epoch) {
  const std::span<const LostVersion> all(versions);
  for (std::size_t begin = 0; begin < all.size(); begin += rows_per_statement) {
    const auto part = all.subspan(begin, std::min(rows_per_statement, all.size() - begin));
    const auto statement = statement_of(part, reporter, set_back_epoch);
    connection.execute(statement.sql, statement.params);
  }
}

void PostgresRecoveryReports::report(const std::vector<LostVersion>& versions,
                                     const std::optional<std::int64_t>& set_back_epoch) {
  insert_reports(*pool_->acquire(), reporter_, versions, set_back_epoch);
}

}  // namespace minidns::storage::postgres
