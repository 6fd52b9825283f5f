// How a nameserver gets into service, and deletions that wait for a person; written behind a check of the lease's
// fence.
#include "base/digest.hpp"
#include "storage/postgres/nameserver_work.hpp"
#include "storage/postgres/zone_columns.hpp"

#include <algorithm>
#include <stdexcept>

namespace minidns::storage::postgres {
namespace {

/// Of the zones that are not deleted, those that a person is shown.
constexpr std::size_t shown_names_max = 10;

constexpr const char* sql_fence =
    "select from nameserver_progress where nameserver_id = $1 and fence = $2 and holder is not null for update";

constexpr const char* sql_begin =
    "update nameserver_progress set catch_up_through = null where nameserver_id = $1 and catch_up_through is not null";

// A task of a zone that is gone, or came back as another, would wait for what nobody wants any more.
constexpr const char* sql_drop_stale =
    "delete from tasks where nameserver_id = $1 and name_key in ("
    " select t.name_key from tasks t where t.nameserver_id = $1"
    "  and case when t.action = 'delete'"
    "       then exists (select from zones z join nameservers n on n.pool_id = z.pool_id"
    "                    where n.id = $1 and z.name_key = t.name_key and z.deleted_at is null)"
    "       else not exists (select from zones z where z.id = t.zone_id) end limit $2)";

constexpr const char* sql_hurry =
    "update tasks set next_try_at = now(), attempts = 0, state = 'pending' where nameserver_id = $1 and name_key in ("
    " select name_key from tasks where nameserver_id = $1 and (next_try_at > now() or attempts > 0 or state = 'error')"
    " limit $2)";

constexpr const char* sql_has_caught_up =
    "select g.visible_through >= $2 and not exists"
    " (select from tasks t where t.nameserver_id = g.nameserver_id and t.since_seq <= $2)"
    " from nameserver_progress g where g.nameserver_id = $1";

constexpr const char* sql_enter = "select enter_service($1, $2, $3)";

constexpr const char* sql_refuse =
    "insert into refused_deletions as r (nameserver_id, unknown, zones, names, fingerprint) values ($1, $2, $3, $4, $5)"
    " on conflict (nameserver_id) do update set unknown = excluded.unknown, zones = excluded.zones,"
    "  names = excluded.names, fingerprint = excluded.fingerprint, refused_at = excluded.refused_at,"
    "  confirmed_until = case when r.fingerprint = excluded.fingerprint then r.confirmed_until end";

constexpr const char* sql_take_confirmed =
    "delete from refused_deletions where nameserver_id = $1 and fingerprint = $2 and confirmed_until > now()";

constexpr const char* sql_forget = "delete from refused_deletions where nameserver_id = $1";

constexpr const char* sql_deleted_of_pool =
    "select name_key from tombstones where name_key = any ($2::bytea[]) and pool_id = $1 and not lost";

std::vector<dns::Name> sorted(std::vector<dns::Name> names) {
  std::ranges::sort(names);
  return names;
}

Bytes fingerprint_of(const std::vector<dns::Name>& sorted_names) {
  Bytes octets;
  for (const dns::Name& name : sorted_names) {
    const ByteView wire = name.wire();  // says itself where it ends
    octets.insert(octets.end(), wire.begin(), wire.end());
  }
  const auto digest = sha256(octets);
  return {digest.begin(), digest.end()};
}

Entry entry_of(const std::string& text) {
  if (text == "entered") {
    return Entry::entered;
  }
  if (text == "behind") {
    return Entry::behind;
  }
  if (text == "unwanted") {
    return Entry::unwanted;
  }
  if (text == "lost") {
    return Entry::lease_lost;
  }
  throw std::runtime_error("enter_service gave an unknown answer: " + text);
}

/// Runs `statements` if the lease is held; their results, or nothing.
std::optional<std::vector<Rows>> execute_fenced(Connection& connection, const Lease& lease,
                                                std::vector<Connection::Statement> statements) {
  Transaction transaction(connection);
  statements.insert(statements.begin(), {sql_fence, {lease.nameserver.uuid(), lease.fence}});
  auto results = connection.execute_all(statements);
  if (results[0].empty()) {
    return std::nullopt;  // rolls back
  }
  transaction.commit();
  results.erase(results.begin());
  return results;
}

}  // namespace

std::optional<std::int64_t> NameserverWork::begin_catching_up(const Lease& lease, std::size_t limit) {
  const Uuid id = lease.nameserver.uuid();
  const auto limit_rows = static_cast<std::int64_t>(limit);
  const auto connection = pool_.acquire();
  const auto results = execute_fenced(
      *connection, lease, {{sql_begin, {id}}, {sql_drop_stale, {id, limit_rows}}, {sql_hurry, {id, limit_rows}}});
  if (!results) {
    return std::nullopt;
  }
  return std::max((*results)[1].affected(), (*results)[2].affected());
}

bool NameserverWork::has_caught_up(NameserverId nameserver, std::int64_t through) {
  const Rows rows = pool_.acquire()->execute(sql_has_caught_up, {nameserver.uuid(), through});
  return !rows.empty() && !rows.is_null(0, 0) && rows.boolean(0, 0);
}

Entry NameserverWork::enter_service(const Lease& lease, std::int64_t through) {
  return entry_of(pool_.acquire()->execute(sql_enter, {lease.nameserver.uuid(), lease.fence, through}).text(0, 0));
}

bool NameserverWork::refuse_deletion(const Lease& lease, const UnknownOnNameserver& found) {
  const std::vector<dns::Name> names = sorted(found.unknown);
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(names.size(), shown_names_max); ++i) {
    shown.push_back(names[i].to_text());
  }
  const Bytes fingerprint = fingerprint_of(names);
  const auto connection = pool_.acquire();
  return execute_fenced(*connection, lease,
                        {{sql_refuse,
                          {lease.nameserver.uuid(), static_cast<std::int64_t>(names.size()),
                           static_cast<std::int64_t>(found.zones), shown, ByteView(fingerprint)}}})
      .has_value();
}

bool NameserverWork::take_confirmed_deletion(const Lease& lease, const UnknownOnNameserver& found) {
  const Bytes fingerprint = fingerprint_of(sorted(found.unknown));
  const auto connection = pool_.acquire();
  const auto results =
      execute_fenced(*connection, lease, {{sql_take_confirmed, {lease.nameserver.uuid(), ByteView(fingerprint)}}});
  return results && results->front().affected() == 1;
}

bool NameserverWork::forget_refused_deletion(const Lease& lease) {
  const auto connection = pool_.acquire();
  return execute_fenced(*connection, lease, {{sql_forget, {lease.nameserver.uuid()}}}).has_value();
}

std::vector<dns::Name> NameserverWork::deleted_of_pool(PoolId pool, const std::vector<dns::Name>& names) {
  std::vector<Bytes> keys;
  keys.reserve(names.size());
  for (const dns::Name& name : names) {
    keys.push_back(name_key_of(name));
  }
  const Rows rows = pool_.acquire()->execute(sql_deleted_of_pool, {pool.uuid(), keys});
  std::vector<dns::Name> deleted;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    deleted.push_back(name_of_key(rows.bytea(row, 0)));
  }
  return deleted;
}

}  // namespace minidns::storage::postgres
