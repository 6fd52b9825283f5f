#include "storage/postgres/catalog_setup.hpp"

#include "dns/catalog.hpp"
#include "storage/postgres/catalog_content.hpp"
#include "storage/postgres/zone_columns.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/postgres/zone_writes.hpp"

#include <algorithm>
#include <optional>

namespace minidns::storage::postgres {
namespace {

// Nobody's: no request reaches a zone of this type.
constexpr const char* project = "minidns";
constexpr const char* email = "invalid";

constexpr const char* select_catalogs =
    "select c.zone_id, c.family, z.name, c.member_group, z.version, z.serial, z.epoch"
    " from catalogs c join zones z on z.id = c.zone_id where c.pool_id = $1 order by c.family";

// Waits for the step that somebody makes.
constexpr const char* lock_catalogs = "select 1 from catalogs where pool_id = $1 order by zone_id for update";

constexpr const char* select_now =
    "select h.epoch, now(), t.serial, t.epoch from feed_head h left join tombstones t on t.name_key = $1";

constexpr const char* insert_zone =
    "insert into zones (id, name, name_key, project_id, pool_id, type, email, ttl, version, serial, epoch)"
    " values ($1, $2, $3, $4, $5, 'CATALOG', $6, 0, $7, $8, (select epoch from feed_head))";

constexpr const char* insert_catalog =
    "insert into catalogs (zone_id, pool_id, family, member_group) values ($1, $2, $3, $4)";

// All members are looked at again.
constexpr const char* update_group =
    "update catalogs set member_group = $2, feed_seq = null, compare_after = null where zone_id = $1";

constexpr const char* delete_catalog = "delete from catalogs where zone_id = $1";

constexpr const char* delete_zone =
    "update zones set version = $2, serial = $3, epoch = (select epoch from feed_head), revision = revision + 1,"
    " updated_at = now(), deleted_at = now() where id = $1";

// Without its pool: whatever has a catalog zone has it by a person's hand.
constexpr const char* upsert_tombstone =
    "insert into tombstones (name_key, zone_id, serial) select name_key, id, serial from zones where id = $1"
    " on conflict (name_key) do update set zone_id = excluded.zone_id, serial = excluded.serial,"
    " epoch = excluded.epoch, deleted_at = excluded.deleted_at, pool_id = null";

struct Present {
  CatalogRecord record;
  VersionStamp head;
  std::int64_t epoch;
};

Present present_of(const Rows& rows, std::size_t row) {
  return {{ZoneId(rows.uuid(row, 0)),
           {catalog_family_of(rows.text(row, 1)), zone_name_of(rows.text(row, 2)), rows.optional_text(row, 3)},
           serial_column(rows, row, 5)},
          {dns::Version(rows.integer(row, 4)), serial_column(rows, row, 5)},
          rows.integer(row, 6)};
}

std::vector<Present> read_present(Connection& connection, const PoolId& pool) {
  const Rows rows = connection.execute(select_catalogs, {pool.uuid()});
  std::vector<Present> catalogs;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    catalogs.push_back(present_of(rows, row));
  }
  return catalogs;
}

/// What first versions and tombstones depend on.
struct Now {
  std::int64_t epoch;
  WallTime time;
  std::optional<dns::Serial> floor;
  bool floor_is_older;  ///< than the epoch
};

Now read_now(Connection& connection, const dns::Name& name) {
  const auto key = name_key_of(name);
  const Rows rows = connection.execute(select_now, {ByteView(key)});
  const bool has_floor = !rows.is_null(0, 2);
  return {rows.integer(0, 0), rows.timestamp(0, 1), has_floor ? std::optional(serial_column(rows, 0, 2)) : std::nullopt,
          has_floor && rows.integer(0, 3) != rows.integer(0, 0)};
}

void remove(Connection& connection, const Present& catalog, const VersionPolicy& policy) {
  const ZoneId& id = catalog.record.zone;
  const Now now = read_now(connection, catalog.record.fields.name);
  const VersionStamp stamp = policy.next(catalog.head, catalog.epoch != now.epoch, now.time);
  Statements statements{{delete_catalog, {id.uuid()}}};
  add_version(statements, id, stamp, VersionKind::remove, "catalog");
  statements.push_back({delete_zone, {id.uuid(), stamp.version.value(), std::int64_t{stamp.serial.value()}}});
  statements.push_back({upsert_tombstone, {id.uuid()}});
  connection.execute_all(statements);
}

void create(Connection& connection, const PoolId& pool, const CatalogFields& fields, const VersionPolicy& policy) {
  const Now now = read_now(connection, fields.name);
  const ZoneId id(Uuid::version7(now.time));
  const VersionStamp stamp = policy.first(now.floor, now.floor_is_older, now.time);
  const auto key = name_key_of(fields.name);
  Statements statements{{insert_zone,
                         {id.uuid(), fields.name.to_text(), ByteView(key), project, pool.uuid(), email,
                          stamp.version.value(), std::int64_t{stamp.serial.value()}}},
                        {insert_catalog, {id.uuid(), pool.uuid(), to_column(fields.family), fields.group}}};
  add_put(statements, id, fields.name, std::nullopt, stamp.version, dns::catalog_head(fields.name));
  add_version(statements, id, stamp, VersionKind::create, "catalog");
  connection.execute_all(statements);
}

}  // namespace

void set_catalogs(Connection& connection, const PoolId& pool, const std::vector<CatalogFields>& wanted,
                  const VersionPolicy& policy) {
  connection.execute_all({{lock_epoch, {}}, {lock_catalogs, {pool.uuid()}}});
  const auto present = read_present(connection, pool);
  const auto is_same = [](const CatalogFields& a, const CatalogFields& b) {
    return a.family == b.family && a.name == b.name;
  };
  for (const Present& catalog : present) {
    const auto found = std::ranges::find_if(
        wanted, [&](const CatalogFields& fields) { return is_same(fields, catalog.record.fields); });
    if (found == wanted.end()) {
      remove(connection, catalog, policy);
    } else if (found->group != catalog.record.fields.group) {
      connection.execute(update_group, {catalog.record.zone.uuid(), found->group});
    }
  }
  for (const CatalogFields& fields : wanted) {
    const bool is_there =
        std::ranges::any_of(present, [&](const Present& catalog) { return is_same(fields, catalog.record.fields); });
    if (!is_there) {
      create(connection, pool, fields, policy);
    }
  }
}

std::vector<CatalogRecord> read_catalogs(Connection& connection, const PoolId& pool) {
  std::vector<CatalogRecord> records;
  for (const Present& catalog : read_present(connection, pool)) {
    records.push_back(catalog.record);
  }
  return records;
}

}  // namespace minidns::storage::postgres
