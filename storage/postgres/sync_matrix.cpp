#include "storage/postgres/sync_matrix.hpp"

#include "storage/postgres/list_result.hpp"
#include "storage/postgres/zone_columns.hpp"
#include "storage/postgres/zone_rows.hpp"

#include <stdexcept>
#include <utility>

namespace minidns::storage::postgres {
namespace {

// Of a row `t` of tasks, and rows `d`, `e` of content_faults, one of each kind.
constexpr const char* exception_columns =
    "t.action, t.version, t.serial, t.attempts, t.state = 'error', nullif(t.reason, ''), t.created_at, t.next_try_at,"
    " d.serial, d.detail, d.found_at, d.seen_at, e.serial, e.detail, e.found_at, e.seen_at";
constexpr int exception_columns_count = 16;

/// Joins them for the zone and nameserver that these expressions say.
std::string join_exceptions(const std::string& zone, const std::string& nameserver) {
  const auto fault = [&](const std::string& name, const std::string& kind) {
    return " left join content_faults " + name + " on " + name + ".nameserver_id = " + nameserver + " and " + name +
           ".zone_id = " + zone + " and " + name + ".fault = '" + kind + "'";
  };
  return " left join tasks t on t.nameserver_id = " + nameserver + " and t.zone_id = " + zone + fault("d", "diverged") +
         fault("e", "expiring");
}

// Of rows `s` of nameservers and `g` of nameserver_progress.
constexpr const char* condition_columns =
    "s.state, s.state = 'in_service', g.holder, coalesce(g.holder is not null and g.lease_until > now(), false),"
    " g.lease_until, g.reachable, g.last_error, g.swept_at, g.visible_through";
constexpr int condition_columns_count = 9;

const std::string select_zone =
    "select z.id, z.name, z.version, z.serial, v.served, v.failed, v.needed, v.nameservers"
    " from zones z join zone_states s on s.zone_id = z.id cross join lateral version_visibility(z.id, z.version) v"
    " where z.id = $1 and z.type <> 'CATALOG' and ($2::text is null or z.project_id = $2)"
    " and (z.deleted_at is null or s.status <> 'ACTIVE')";

const std::string select_zone_on_nameservers =
    std::string("select s.id, s.name, coalesce(y.served_through >= version_seq(z.id, z.version), false), ") +
    condition_columns + ", " + exception_columns +
    " from zones z join zone_positions y on y.zone_id = z.id join nameservers s on s.id = y.nameserver_id"
    " left join nameserver_progress g on g.nameserver_id = s.id" +
    join_exceptions("z.id", "s.id") + " where z.id = $1 order by s.name";

const std::string select_nameserver =
    std::string("select s.name, s.pool_id, (select seq from feed_head), ") + condition_columns +
    " from nameservers s left join nameserver_progress g on g.nameserver_id = s.id where s.id = $1";

constexpr const char* count_tasks =
    "select count(*) filter (where state = 'pending'), count(*) filter (where state = 'error')"
    " from tasks where nameserver_id = $1";
constexpr const char* count_faults =
    "select count(*) filter (where fault = 'diverged'), count(*) filter (where fault = 'expiring')"
    " from content_faults where nameserver_id = $1";
constexpr const char* count_zones =
    "select count(*) from zones where pool_id = (select pool_id from nameservers where id = $1)"
    " and deleted_at is null and type <> 'CATALOG'";

TaskRecord task_of(const Rows& rows, std::size_t row, int first_column) {
  return {.action = action_of_column(rows.text(row, first_column)),
          .wanted = {dns::Version(rows.integer(row, first_column + 1)), serial_column(rows, row, first_column + 2)},
          .attempts = rows.integer(row, first_column + 3),
          .is_error = rows.boolean(row, first_column + 4),
          .reason = rows.optional_text(row, first_column + 5),
          .noticed_at = rows.timestamp(row, first_column + 6),
          .next_try_at = rows.timestamp(row, first_column + 7)};
}

ContentFaultRecord fault_of(const Rows& rows, std::size_t row, int first_column, ContentFaultKind kind) {
  return {.kind = kind,
          .serial = serial_column(rows, row, first_column),
          .detail = rows.text(row, first_column + 1),
          .found_at = rows.timestamp(row, first_column + 2),
          .seen_at = rows.timestamp(row, first_column + 3)};
}

ZoneExceptions exceptions_of(const Rows& rows, std::size_t row, int first_column) {
  ZoneExceptions exceptions;
  if (!rows.is_null(row, first_column)) {
    exceptions.task = task_of(rows, row, first_column);
  }
  const int diverged = first_column + 8;
  if (!rows.is_null(row, diverged)) {
    exceptions.faults.push_back(fault_of(rows, row, diverged, ContentFaultKind::diverged));
  }
  const int expiring = first_column + 12;
  if (!rows.is_null(row, expiring)) {
    exceptions.faults.push_back(fault_of(rows, row, expiring, ContentFaultKind::expiring));
  }
  return exceptions;
}

std::optional<bool> optional_boolean(const Rows& rows, std::size_t row, int column) {
  return rows.is_null(row, column) ? std::nullopt : std::optional(rows.boolean(row, column));
}

NameserverCondition condition_of(const Rows& rows, std::size_t row, int first_column) {
  const auto holder = rows.optional_uuid(row, first_column + 2);
  return {.state = rows.text(row, first_column),
          .counts = rows.boolean(row, first_column + 1),
          .holder = holder ? std::optional(InstanceId(*holder)) : std::nullopt,
          .lease_is_valid = rows.boolean(row, first_column + 3),
          .lease_until = rows.optional_timestamp(row, first_column + 4),
          .is_reachable = optional_boolean(rows, row, first_column + 5),
          .last_error = rows.optional_text(row, first_column + 6),
          .compared_at = rows.optional_timestamp(row, first_column + 7),
          .visible_through = rows.optional_integer(row, first_column + 8)};
}

ZoneOnNameserver zone_on_nameserver_of(const Rows& rows, std::size_t row) {
  constexpr int first = 3;
  return {.nameserver = NameserverId(rows.uuid(row, 0)),
          .name = rows.text(row, 1),
          .condition = condition_of(rows, row, first),
          .is_visible = rows.boolean(row, 2),
          .exceptions = exceptions_of(rows, row, first + condition_columns_count)};
}

ZoneExceptionRecord exception_of(const Rows& rows, std::size_t row) {
  return {.zone = ZoneId(rows.uuid(row, exception_columns_count)),
          .name = zone_name_of(rows.text(row, exception_columns_count + 1)),
          .exceptions = exceptions_of(rows, row, 0)};
}

struct SortColumn {
  const char* expression;
  const char* type;
};

SortColumn column_of(ZoneExceptionSort key) {
  switch (key) {
    case ZoneExceptionSort::created_at:
      return {"x.noticed_at", "timestamptz"};
    case ZoneExceptionSort::id:
      return {"x.zone_id", "uuid"};
    case ZoneExceptionSort::name:
      return {"x.name", "text"};
    case ZoneExceptionSort::next_try_at:
      return {"x.next_try_at", "timestamptz"};
  }
  throw std::logic_error("no such sort key");
}

/// One row per zone with a task, a fault or both; `nameserver` is a parameter.
std::string exceptions_by_zone(const std::string& nameserver) {
  return "(select coalesce(t.zone_id, f.zone_id) as zone_id, lower(coalesce(t.zone_name, f.zone_name)) as name,"
         " least(t.created_at, f.found_at) as noticed_at, coalesce(t.next_try_at, 'infinity') as next_try_at,"
         " t.state as task_state, coalesce(f.diverged, false) as diverged, coalesce(f.expiring, false) as expiring"
         " from (select * from tasks where nameserver_id = " +
         nameserver +
         ") t full join (select zone_id, min(zone_name) as zone_name, min(found_at) as found_at,"
         " bool_or(fault = 'diverged') as diverged, bool_or(fault = 'expiring') as expiring"
         " from content_faults where nameserver_id = " +
         nameserver + " group by zone_id) f on f.zone_id = t.zone_id) x";
}

}  // namespace

std::optional<ZoneMatrix> PostgresSyncMatrix::zone(const Reach& reach, const ZoneId& id) {
  const auto project = reach.project ? Param(reach.project->text()) : Param(nullptr);
  // A round trip, and one moment.
  const auto results = pool_.acquire()->execute_all({{"begin isolation level repeatable read, read only", {}},
                                                     {select_zone.c_str(), {id.uuid(), project}},
                                                     {select_zone_on_nameservers.c_str(), {id.uuid()}},
                                                     {"commit", {}}});
  const Rows& zone = results[1];
  if (zone.empty()) {
    return std::nullopt;
  }
  const dns::Version version(zone.integer(0, 2));
  ZoneMatrix matrix{.zone = ZoneId(zone.uuid(0, 0)),
                    .name = zone_name_of(zone.text(0, 1)),
                    .head = {version, serial_column(zone, 0, 3)},
                    .visibility = {.version = version,
                                   .served = zone.integer(0, 4),
                                   .failed = zone.integer(0, 5),
                                   .needed = zone.integer(0, 6),
                                   .nameservers = zone.integer(0, 7)},
                    .nameservers = {}};
  for (std::size_t row = 0; row < results[2].size(); ++row) {
    matrix.nameservers.push_back(zone_on_nameserver_of(results[2], row));
  }
  return matrix;
}

std::optional<NameserverMatrix> PostgresSyncMatrix::nameserver(const NameserverId& id) {
  const auto results = pool_.acquire()->execute_all({{"begin isolation level repeatable read, read only", {}},
                                                     {select_nameserver.c_str(), {id.uuid()}},
                                                     {count_tasks, {id.uuid()}},
                                                     {count_faults, {id.uuid()}},
                                                     {count_zones, {id.uuid()}},
                                                     {"commit", {}}});
  const Rows& row = results[1];
  if (row.empty()) {
    return std::nullopt;
  }
  return NameserverMatrix{.nameserver = id,
                          .name = row.text(0, 0),
                          .pool = PoolId(row.uuid(0, 1)),
                          .condition = condition_of(row, 0, 3),
                          .feed_seq = row.integer(0, 2),
                          .tasks = {.pending = results[2].integer(0, 0), .error = results[2].integer(0, 1)},
                          .diverged = results[3].integer(0, 0),
                          .expiring = results[3].integer(0, 1),
                          .zones = results[4].integer(0, 0)};
}

ListResult<ZoneExceptionRecord> PostgresSyncMatrix::exceptions(const NameserverId& nameserver,
                                                               const ZoneExceptionQuery& query,
                                                               const ListRequest<ZoneId, ZoneExceptionSort>& request) {
  ListQuery list(exceptions_by_zone("$1"), "x.zone_id");
  const auto first = list.param(nameserver.uuid());  // $1
  const auto sort = column_of(request.key);
  list.order_by(sort.expression, sort.type, request.descending);
  list.where_text("x.name", query.name, true);
  if (query.has_task) {
    list.where(*query.has_task ? "x.task_state is not null" : "x.task_state is null");
  }
  if (query.is_error) {
    list.where(*query.is_error ? "x.task_state = 'error'" : "x.task_state = 'pending'");
  }
  if (query.fault) {
    list.where(*query.fault == ContentFaultKind::diverged ? "x.diverged" : "x.expiring");
  }
  const std::string columns =
      std::string(exception_columns) + ", page.id, coalesce(t.zone_name, d.zone_name, e.zone_name)";
  const std::string details = "nameservers s on s.id = " + first + join_exceptions("page.id", first);
  const auto page = list.run(*pool_.acquire(), columns, details, request.limit, uuid_of(request.marker), request.count);
  return result_of<ZoneExceptionRecord>(page, request, exception_of);
}

}  // namespace minidns::storage::postgres
