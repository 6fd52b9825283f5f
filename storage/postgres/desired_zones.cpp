// What the nameservers of a pool should have.
#include "storage/postgres/nameserver_work.hpp"
#include "storage/postgres/recovery.hpp"
#include "storage/postgres/zone_columns.hpp"

namespace minidns::storage::postgres {
namespace {

// A name may have several rows: incarnations that are deleted and wait for their confirmation, and at most one that
// lives, which counts. The inner one walks the index zones_pool_name and reads no more than the page, which only then
// is sorted: without it the planner prefers to sort all that is left of the pool, for every page.
constexpr const char* sql_desired =
    "select distinct on (name_key) id, name_key, version, serial, deleted_at is not null "
    "from (select id, name_key, version, serial, deleted_at from zones "
    "      where pool_id = $1 and name_key > $2 and type <> 'CATALOG' "
    "      order by name_key fetch first $3 rows with ties) page "
    "order by name_key, deleted_at is not null, deleted_at desc";

constexpr const char* sql_look_up =
    "select distinct on (z.name_key) z.id, z.name_key, z.version, z.serial, z.deleted_at is not null, c.seq "
    "from zones z left join changes c on c.zone_id = z.id and c.version = z.version "
    "where z.pool_id = $1 and z.name_key = any ($2::bytea[]) and z.type <> 'CATALOG' "
    "order by z.name_key, z.deleted_at is not null, z.deleted_at desc";

constexpr const char* sql_must_stay =
    "select n.name_key from unnest($1::bytea[]) as n (name_key) left join tombstones t on t.name_key = n.name_key "
    "where t.lost or (t.name_key is null and exists (select from epochs where epoch > 1 "
    "  and opened_at > now() - $2::bigint * interval '1 ms'))";

DesiredZone desired_of(const Rows& rows, std::size_t row) {
  return {.zone = ZoneId(rows.uuid(row, 0)),
          .name = name_of_key(rows.bytea(row, 1)),
          .version = dns::Version(rows.integer(row, 2)),
          .serial = serial_column(rows, row, 3),
          .deleted = rows.boolean(row, 4)};
}

}  // namespace

std::vector<DesiredZone> NameserverWork::read_desired(PoolId pool, const std::optional<dns::Name>& after,
                                                      std::size_t limit) {
  // The root's key is empty and no zone: every other key is greater.
  Bytes after_key = after ? name_key_of(*after) : Bytes();
  const auto connection = pool_.acquire();
  std::vector<DesiredZone> zones;
  zones.reserve(limit);
  // Once as a rule, and once more at the end of the list: names with several rows make a read shorter than its limit.
  for (bool is_end = false; !is_end && zones.size() < limit;) {
    const auto wanted = static_cast<std::int64_t>(limit - zones.size());
    const Rows rows = connection->execute(sql_desired, {pool.uuid(), ByteView(after_key), wanted});
    for (std::size_t row = 0; row < rows.size(); ++row) {
      zones.push_back(desired_of(rows, row));
    }
    is_end = rows.empty();
    if (!is_end) {
      after_key = name_key_of(zones.back().name);
    }
  }
  return zones;
}

std::vector<ZoneNow> NameserverWork::look_up(PoolId pool, const std::vector<dns::Name>& names) {
  std::vector<Bytes> keys;
  keys.reserve(names.size());
  for (const dns::Name& name : names) {
    keys.push_back(name_key_of(name));
  }
  const Rows rows = pool_.acquire()->execute(sql_look_up, {pool.uuid(), keys});
  std::vector<ZoneNow> zones;
  zones.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    zones.push_back({desired_of(rows, row), rows.optional_integer(row, 5)});
  }
  return zones;
}

void NameserverWork::report_lost(const std::string& nameserver, const std::vector<LostVersion>& versions) {
  insert_reports(*pool_.acquire(), "nameserver " + nameserver, versions, std::nullopt);
}

std::vector<dns::Name> NameserverWork::must_stay(const std::vector<dns::Name>& names, std::chrono::milliseconds grace) {
  std::vector<Bytes> keys;
  keys.reserve(names.size());
  for (const dns::Name& name : names) {
    keys.push_back(name_key_of(name));
  }
  const Rows rows = pool_.acquire()->execute(sql_must_stay, {keys, static_cast<std::int64_t>(grace.count())});
  std::vector<dns::Name> staying;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    staying.push_back(name_of_key(rows.bytea(row, 0)));
  }
  return staying;
}

}  // namespace minidns::storage::postgres
