#include "storage/postgres/nameserver_overview.hpp"

#include "storage/postgres/zone_columns.hpp"

namespace minidns::storage::postgres {
namespace {

// $1: a name or id, or null for all.
constexpr const char* sql_overview =
    "select n.id, n.name, n.pool_id, p.name, n.driver, host(n.address), n.port, n.state, n.enters_service, "
    "  g.reachable is null, coalesce(g.reachable, false), (select seq from feed_head) - g.visible_through, "
    "  (select count(*) from tasks t where t.nameserver_id = n.id and t.state = 'pending'), "
    "  (select count(*) from tasks t where t.nameserver_id = n.id and t.state = 'error'), "
    "  (select count(*) from content_faults f where f.nameserver_id = n.id), "
    "  g.swept_at, coalesce(g.last_error, ''), coalesce(g.holder is not null and g.lease_until > now(), false) "
    "from nameservers n join pools p on p.id = n.pool_id left join nameserver_progress g on g.nameserver_id = n.id "
    "where $1::text is null or n.name = $1 or n.id::text = lower($1) order by n.name";

constexpr const char* sql_count_zones =
    "select count(*) from zones where pool_id = $1 and deleted_at is null and type <> 'CATALOG'";

// Through the pools: the index of deleted zones begins with them.
constexpr const char* sql_zone =
    "select z.id, z.pool_id, z.name_key, z.version, z.serial, z.deleted_at is not null, v.created_at "
    "from pools p join zones z on z.pool_id = p.id and z.name_key = $1 and z.type <> 'CATALOG' "
    "left join versions v on v.zone_id = z.id and v.version = z.version "
    "order by z.deleted_at is not null, z.deleted_at desc limit 1";

// Through the nameservers: the key of tasks begins with them.
constexpr const char* sql_tasks =
    "select t.nameserver_id, t.action, t.version, t.serial, t.attempts, t.state = 'error', coalesce(t.reason, ''), "
    "  t.created_at, t.next_try_at "
    "from nameservers n join tasks t on t.nameserver_id = n.id and t.name_key = $1 order by n.name";

constexpr const char* sql_faults =
    "select f.nameserver_id, f.fault, f.serial, f.detail, f.found_at, f.seen_at from content_faults f "
    "where f.zone_id = $1 order by f.found_at";

constexpr const char* sql_request_service = "select coalesce(request_service($1), false)";

NameserverOverview overview_of(const Rows& rows, std::size_t row) {
  return {.id = NameserverId(rows.uuid(row, 0)),
          .name = rows.text(row, 1),
          .pool = PoolId(rows.uuid(row, 2)),
          .pool_name = rows.text(row, 3),
          .driver = rows.text(row, 4),
          .address = rows.text(row, 5),
          .port = static_cast<std::uint16_t>(rows.integer(row, 6)),
          .state = rows.text(row, 7),
          .enters_service = rows.boolean(row, 8),
          .reachable = rows.boolean(row, 9) ? std::nullopt : std::optional(rows.boolean(row, 10)),
          .lag_changes = rows.optional_integer(row, 11),
          .tasks_pending = rows.integer(row, 12),
          .tasks_error = rows.integer(row, 13),
          .content_faults = rows.integer(row, 14),
          .compared_at = rows.optional_timestamp(row, 15),
          .last_error = rows.text(row, 16),
          .worked_for = rows.boolean(row, 17)};
}

std::vector<NameserverOverview> overviews_of(const Rows& rows) {
  std::vector<NameserverOverview> overviews;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    overviews.push_back(overview_of(rows, row));
  }
  return overviews;
}

ZoneTask task_of(const Rows& rows, std::size_t row) {
  return {.nameserver = NameserverId(rows.uuid(row, 0)),
          .action = rows.text(row, 1),
          .version = dns::Version(rows.integer(row, 2)),
          .serial = serial_column(rows, row, 3),
          .attempts = static_cast<int>(rows.integer(row, 4)),
          .is_error = rows.boolean(row, 5),
          .reason = rows.text(row, 6),
          .since = rows.timestamp(row, 7),
          .next_try_at = rows.timestamp(row, 8)};
}

}  // namespace

std::vector<NameserverOverview> PostgresNameserverOverviews::list() {
  return overviews_of(pool_.acquire()->execute(sql_overview, {nullptr}));
}

std::optional<NameserverOverview> PostgresNameserverOverviews::find(const std::string& name_or_id) {
  auto found = overviews_of(pool_.acquire()->execute(sql_overview, {name_or_id}));
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::int64_t PostgresNameserverOverviews::count_zones(PoolId pool) {
  return pool_.acquire()->execute(sql_count_zones, {pool.uuid()}).integer(0, 0);
}

std::optional<ZoneStanding> PostgresNameserverOverviews::find_zone(const dns::Name& name) {
  const Bytes key = name_key_of(name);
  const Rows rows = pool_.acquire()->execute(sql_zone, {ByteView(key)});
  if (rows.empty()) {
    return std::nullopt;
  }
  return ZoneStanding{.id = ZoneId(rows.uuid(0, 0)),
                      .pool = PoolId(rows.uuid(0, 1)),
                      .name = name_of_key(rows.bytea(0, 2)),
                      .version = dns::Version(rows.integer(0, 3)),
                      .serial = serial_column(rows, 0, 4),
                      .deleted = rows.boolean(0, 5),
                      .committed_at = rows.optional_timestamp(0, 6)};
}

std::vector<ZoneTask> PostgresNameserverOverviews::tasks_of(const dns::Name& zone) {
  const Bytes key = name_key_of(zone);
  const Rows rows = pool_.acquire()->execute(sql_tasks, {ByteView(key)});
  std::vector<ZoneTask> tasks;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    tasks.push_back(task_of(rows, row));
  }
  return tasks;
}

std::vector<ZoneFault> PostgresNameserverOverviews::faults_of(ZoneId zone) {
  const Rows rows = pool_.acquire()->execute(sql_faults, {zone.uuid()});
  std::vector<ZoneFault> faults;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    faults.push_back({NameserverId(rows.uuid(row, 0)), rows.text(row, 1), serial_column(rows, row, 2),
                      rows.text(row, 3), rows.timestamp(row, 4), rows.timestamp(row, 5)});
  }
  return faults;
}

bool PostgresNameserverOverviews::request_service(NameserverId nameserver) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const bool done = connection->execute(sql_request_service, {nameserver.uuid()}).boolean(0, 0);
  transaction.commit();
  return done;
}

}  // namespace minidns::storage::postgres
