#include "storage/postgres/nameserver_leases.hpp"

namespace minidns::storage::postgres {
namespace {

constexpr const char* sql_asynchronous = "set local synchronous_commit = off";

constexpr const char* sql_heartbeat =
    "insert into instances (id, program, ready) values ($1, 'pool-manager', true) "
    "on conflict (id) do update set heartbeated_at = now()";

// A nameserver that is new, or was taken back into service, gets its row here and nowhere else.
constexpr const char* sql_add_progress =
    "insert into nameserver_progress (nameserver_id) "
    "select id from nameservers n where state in ('bootstrapping', 'in_service') "
    "and not exists (select from nameserver_progress p where p.nameserver_id = n.id) "
    "on conflict do nothing";

constexpr const char* sql_managers =
    "select id from instances where program = 'pool-manager' "
    "and heartbeated_at > now() - $1::bigint * interval '1 s' order by id";

constexpr const char* sql_leases =
    "select p.nameserver_id, p.holder, coalesce(p.lease_until < now(), true) "
    "from nameserver_progress p join nameservers n on n.id = p.nameserver_id "
    "where n.state in ('bootstrapping', 'in_service') order by p.nameserver_id";

// Rows that are locked are being renewed or taken: no use in waiting for them.
constexpr const char* sql_acquire =
    "with free as (select nameserver_id from nameserver_progress where nameserver_id = any ($2::uuid[]) "
    "  and (holder is null or holder = $1 or lease_until < now()) order by nameserver_id for update skip locked) "
    "update nameserver_progress p set holder = $1, fence = p.fence + 1, "
    "  lease_until = now() + $3::bigint * interval '1 ms' "
    "from free where p.nameserver_id = free.nameserver_id returning p.nameserver_id, p.fence";

// One that has expired but that nobody took is still ours.
constexpr const char* sql_renew =
    "update nameserver_progress p set lease_until = now() + $4::bigint * interval '1 ms' "
    "from unnest($2::uuid[], $3::bigint[]) mine(nameserver_id, fence) "
    "where p.nameserver_id = mine.nameserver_id and p.fence = mine.fence and p.holder = $1 "
    "returning p.nameserver_id, p.fence";

constexpr const char* sql_release =
    "update nameserver_progress p set holder = null, lease_until = null "
    "from unnest($2::uuid[], $3::bigint[]) mine(nameserver_id, fence) "
    "where p.nameserver_id = mine.nameserver_id and p.fence = mine.fence and p.holder = $1";

constexpr const char* sql_leave = "delete from instances where id = $1";

constexpr const char* sql_live_mdns =
    "select id, coalesce(address, ''), feed_seq, ready from instances where program = 'mdns' "
    "and heartbeated_at > now() - $1::bigint * interval '1 s'";

constexpr const char* sql_remove_dead =
    "delete from instances where heartbeated_at < now() - $1::bigint * interval '1 s'";

struct LeaseColumns {
  std::vector<Uuid> nameservers;
  std::vector<std::int64_t> fences;
};

LeaseColumns columns_of(const std::vector<Lease>& leases) {
  LeaseColumns columns;
  for (const Lease& lease : leases) {
    columns.nameservers.push_back(lease.nameserver.uuid());
    columns.fences.push_back(lease.fence);
  }
  return columns;
}

std::vector<Lease> leases_of(const Rows& rows) {
  std::vector<Lease> leases;
  leases.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    leases.push_back({NameserverId(rows.uuid(row, 0)), rows.integer(row, 1)});
  }
  return leases;
}

LeaseTable table_of(const Rows& managers, const Rows& leases) {
  LeaseTable table;
  for (std::size_t row = 0; row < managers.size(); ++row) {
    table.managers.emplace_back(managers.uuid(row, 0));
  }
  for (std::size_t row = 0; row < leases.size(); ++row) {
    const auto holder = leases.optional_uuid(row, 1);
    table.leases.push_back({.nameserver = NameserverId(leases.uuid(row, 0)),
                            .holder = holder ? std::optional(InstanceId(*holder)) : std::nullopt,
                            .expired = leases.boolean(row, 2)});
  }
  return table;
}

}  // namespace

LeaseTable NameserverLeases::read(InstanceId me) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const std::int64_t life_s = manager_life.count();
  const auto results = connection->execute_all({{sql_asynchronous, {}},
                                                {sql_heartbeat, {me.uuid()}},
                                                {sql_add_progress, {}},
                                                {sql_managers, {life_s}},
                                                {sql_leases, {}}});
  transaction.commit();
  return table_of(results[3], results[4]);
}

std::vector<Lease> NameserverLeases::acquire(InstanceId me, const std::vector<NameserverId>& nameservers,
                                             std::chrono::milliseconds lease_time) {
  std::vector<Uuid> ids;
  for (const NameserverId& nameserver : nameservers) {
    ids.push_back(nameserver.uuid());
  }
  // Committed synchronously, by default: a fence that a crash takes back would be given twice.
  return leases_of(
      pool_.acquire()->execute(sql_acquire, {me.uuid(), ids, static_cast<std::int64_t>(lease_time.count())}));
}

std::vector<Lease> NameserverLeases::renew(InstanceId me, const std::vector<Lease>& leases,
                                           std::chrono::milliseconds lease_time) {
  const LeaseColumns columns = columns_of(leases);
  return leases_of(pool_.acquire()->execute(
      sql_renew, {me.uuid(), columns.nameservers, columns.fences, static_cast<std::int64_t>(lease_time.count())}));
}

void NameserverLeases::release(InstanceId me, const std::vector<Lease>& leases) {
  const LeaseColumns columns = columns_of(leases);
  pool_.acquire()->execute(sql_release, {me.uuid(), columns.nameservers, columns.fences});
}

void NameserverLeases::leave(InstanceId me) {
  pool_.acquire()->execute(sql_leave, {me.uuid()});
}

std::vector<LiveInstance> NameserverLeases::live_mdns() {
  const std::int64_t life_s = instance_heartbeat_age_max.count();
  const Rows rows = pool_.acquire()->execute(sql_live_mdns, {life_s});
  std::vector<LiveInstance> instances;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    instances.push_back({.id = InstanceId(rows.uuid(row, 0)),
                         .address = rows.text(row, 1),
                         .feed_seq = rows.integer(row, 2),
                         .ready = rows.boolean(row, 3)});
  }
  return instances;
}

std::int64_t NameserverLeases::remove_dead_instances(std::chrono::seconds age) {
  return pool_.acquire()->execute(sql_remove_dead, {static_cast<std::int64_t>(age.count())}).affected();
}

}  // namespace minidns::storage::postgres
