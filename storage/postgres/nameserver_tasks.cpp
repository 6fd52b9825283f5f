// Progress and its exceptions, always written behind a check of the lease's fence.
#include "storage/postgres/fence.hpp"
#include "storage/postgres/nameserver_work.hpp"
#include "storage/postgres/zone_columns.hpp"

#include <utility>

namespace minidns::storage::postgres {
namespace {

constexpr const char* sql_progress =
    "update nameserver_progress set visible_through = coalesce($3, visible_through), "
    "  reachable = coalesce($4, reachable), "
    "  last_error = case when $5::text is null then last_error else nullif($5::text, '') end, "
    "  swept_at = case when $6 then now() else swept_at end, "
    "  content_pool = coalesce($7, content_pool), content_view = coalesce($8::int4, content_view), "
    "  catch_up_through = coalesce($9, catch_up_through), "
    "  content_upstream = coalesce($10::bytea, content_upstream) "
    "where nameserver_id = $1 and fence = $2 and holder is not null";

// $14: whether a task of the same change is written over, as its worker does; a comparison leaves it alone.
constexpr const char* sql_write_tasks =
    "insert into tasks as t (nameserver_id, name_key, zone_name, zone_id, action, since_seq, seq, version, serial, "
    "  attempts, state, reason, next_try_at) "
    "select $1, u.name_key, u.zone_name, u.zone_id, u.action, u.since_seq, u.seq, u.version, u.serial, u.attempts, "
    "  u.state, u.reason, now() + u.delay_ms * interval '1 ms' "
    "from unnest($2::bytea[], $3::text[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], "
    "  $9::bigint[], $10::int[], $11::text[], $12::text[], $13::bigint[]) "
    "  u(name_key, zone_name, zone_id, action, since_seq, seq, version, serial, attempts, state, reason, delay_ms) "
    "on conflict (nameserver_id, name_key) do update set zone_name = excluded.zone_name, zone_id = excluded.zone_id, "
    "  action = excluded.action, since_seq = least(t.since_seq, excluded.since_seq), seq = excluded.seq, "
    "  version = excluded.version, serial = excluded.serial, attempts = excluded.attempts, state = excluded.state, "
    "  reason = excluded.reason, next_try_at = excluded.next_try_at "
    "where excluded.seq > t.seq or ($14 and excluded.seq = t.seq)";

constexpr const char* sql_delete_confirmed =
    "delete from tasks t using unnest($2::bytea[], $3::bigint[]) u(name_key, seq) "
    "where t.nameserver_id = $1 and t.name_key = u.name_key and t.seq <= u.seq";

constexpr const char* sql_take_due =
    "with due as (select name_key from tasks where nameserver_id = $1 and next_try_at <= now() "
    "  order by next_try_at limit $2) "
    "update tasks t set next_try_at = now() + $3::bigint * interval '1 ms' from due "
    "where t.nameserver_id = $1 and t.name_key = due.name_key "
    "returning t.action, t.zone_id, t.name_key, t.version, t.serial, t.since_seq, t.seq, t.attempts, "
    "  t.state = 'error', coalesce(t.reason, '')";

constexpr const char* sql_mark_overdue =
    "with overdue as (select name_key from tasks where nameserver_id = $1 and state = 'pending' "
    "  and created_at < now() - $2::bigint * interval '1 ms' limit $4) "
    "update tasks t set state = 'error', reason = $3 from overdue "
    "where t.nameserver_id = $1 and t.name_key = overdue.name_key";

constexpr const char* sql_count =
    "select count(*) filter (where state = 'pending'), count(*) filter (where state = 'error') "
    "from tasks where nameserver_id = $1";

/// The columns of a set-based insert.
struct TaskColumns {
  std::vector<Bytes> name_key;
  std::vector<std::string> zone_name, action, state, reason;
  std::vector<Uuid> zone_id;
  std::vector<std::int64_t> since_seq, seq, version, serial, delay_ms;
  std::vector<std::int32_t> attempts;

  void add(const Task& task, std::chrono::milliseconds delay);
  [[nodiscard]] Connection::Statement statement(const Lease& lease, bool over_the_same_change) const;
};

void TaskColumns::add(const Task& task, std::chrono::milliseconds delay) {
  name_key.push_back(name_key_of(task.name));
  zone_name.push_back(task.name.to_text());
  zone_id.push_back(task.zone.uuid());
  action.push_back(to_column(task.action));
  since_seq.push_back(task.since_seq);
  seq.push_back(task.seq);
  version.push_back(task.version.value());
  serial.push_back(task.serial.value());
  attempts.push_back(task.attempts);
  state.emplace_back(task.is_error ? "error" : "pending");
  reason.push_back(task.reason);
  delay_ms.push_back(delay.count());
}

Connection::Statement TaskColumns::statement(const Lease& lease, bool over_the_same_change) const {
  return {sql_write_tasks,
          {lease.nameserver.uuid(), name_key, zone_name, zone_id, action, since_seq, seq, version, serial, attempts,
           state, reason, delay_ms, over_the_same_change}};
}

Task task_of(const Rows& rows, std::size_t row) {
  return {.action = action_of_column(rows.text(row, 0)),
          .zone = ZoneId(rows.uuid(row, 1)),
          .name = name_of_key(rows.bytea(row, 2)),
          .version = dns::Version(rows.integer(row, 3)),
          .serial = serial_column(rows, row, 4),
          .since_seq = rows.integer(row, 5),
          .seq = rows.integer(row, 6),
          .attempts = static_cast<int>(rows.integer(row, 7)),
          .is_error = rows.boolean(row, 8),
          .reason = rows.text(row, 9)};
}

Connection::Statement progress_statement(const Lease& lease, const ProgressUpdate& update) {
  return {sql_progress,
          {lease.nameserver.uuid(), lease.fence, update.visible_through, update.reachable, update.last_error,
           update.swept, update.content ? Param(update.content->pool.uuid()) : Param(nullptr),
           update.content ? Param(std::int32_t{update.content->view.number()}) : Param(nullptr),
           update.catch_up_through, update.upstream ? Param(ByteView(*update.upstream)) : Param(nullptr)}};
}

Connection::Statement delete_statement(const Lease& lease, const std::vector<Confirmation>& confirmed) {
  std::vector<Bytes> keys;
  std::vector<std::int64_t> seqs;
  for (const Confirmation& confirmation : confirmed) {
    keys.push_back(name_key_of(confirmation.name));
    seqs.push_back(confirmation.seq);
  }
  return {sql_delete_confirmed, {lease.nameserver.uuid(), keys, seqs}};
}

/// Runs `statement` if the lease is held; its result, or nothing.
std::optional<Rows> execute_fenced(Connection& connection, const Lease& lease, Connection::Statement statement) {
  Transaction transaction(connection);
  const auto results = connection.execute_all(
      {{sql_asynchronous_commit, {}}, {sql_lease_fence, {lease.nameserver.uuid(), lease.fence}}, std::move(statement)});
  if (results[1].empty()) {
    return std::nullopt;  // rolls back
  }
  transaction.commit();
  return results[2];
}

}  // namespace

bool NameserverWork::save(const Lease& lease, const ProgressUpdate& update) {
  std::vector<Connection::Statement> statements{{sql_asynchronous_commit, {}}, progress_statement(lease, update)};
  if (!update.exceptions.empty()) {
    TaskColumns columns;
    for (const TaskWrite& write : update.exceptions) {
      columns.add(write.task, write.delay);
    }
    statements.push_back(columns.statement(lease, true));
  }
  // After the exceptions: what is confirmed may be newer than one of them.
  if (!update.confirmed.empty()) {
    statements.push_back(delete_statement(lease, update.confirmed));
  }
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const auto results = connection->execute_all(statements);
  if (results[1].affected() == 0) {
    return false;  // rolls back
  }
  transaction.commit();
  return true;
}

bool NameserverWork::add_findings(const Lease& lease, const std::vector<Task>& tasks) {
  TaskColumns columns;
  for (const Task& task : tasks) {
    columns.add(task, std::chrono::milliseconds(0));
  }
  const auto connection = pool_.acquire();
  return execute_fenced(*connection, lease, columns.statement(lease, false)).has_value();
}

std::optional<std::vector<Task>> NameserverWork::take_due_tasks(const Lease& lease, std::size_t limit,
                                                                std::chrono::milliseconds hold) {
  const auto connection = pool_.acquire();
  const auto rows = execute_fenced(
      *connection, lease,
      {sql_take_due,
       {lease.nameserver.uuid(), static_cast<std::int64_t>(limit), static_cast<std::int64_t>(hold.count())}});
  if (!rows) {
    return std::nullopt;
  }
  std::vector<Task> tasks;
  tasks.reserve(rows->size());
  for (std::size_t row = 0; row < rows->size(); ++row) {
    tasks.push_back(task_of(*rows, row));
  }
  return tasks;
}

std::optional<std::int64_t> NameserverWork::mark_overdue(const Lease& lease, std::chrono::milliseconds age,
                                                         const std::string& reason, std::size_t limit) {
  const auto connection = pool_.acquire();
  const auto rows = execute_fenced(
      *connection, lease,
      {sql_mark_overdue,
       {lease.nameserver.uuid(), static_cast<std::int64_t>(age.count()), reason, static_cast<std::int64_t>(limit)}});
  return rows ? std::optional(rows->affected()) : std::nullopt;
}

TaskCounts NameserverWork::count_tasks(NameserverId nameserver) {
  const Rows rows = pool_.acquire()->execute(sql_count, {nameserver.uuid()});
  return {.pending = rows.integer(0, 0), .error = rows.integer(0, 1)};
}

}  // namespace minidns::storage::postgres
