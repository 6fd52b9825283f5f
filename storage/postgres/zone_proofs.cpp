#include "storage/postgres/zone_proofs.hpp"

#include "storage/postgres/fence.hpp"
#include "storage/postgres/zone_columns.hpp"

#include <algorithm>
#include <stdexcept>

namespace minidns::storage::postgres {
namespace {

constexpr const char* sql_count =
    "select count(*) from zones where pool_id = $1 and deleted_at is null and type <> 'CATALOG'";

// Walks the index zones_pool_name.
constexpr const char* sql_read =
    "select id, name_key, version, serial, key_set_id is not null from zones "
    "where pool_id = $1 and name_key > $2 and type <> 'CATALOG' and deleted_at is null order by name_key limit $3";

constexpr const char* sql_look_up =
    "select z.id, z.name_key, z.version, z.serial, z.key_set_id is not null, c.seq "
    "from zones z left join changes c on c.zone_id = z.id and c.version = z.version "
    "where z.pool_id = $1 and z.name_key = any ($2::bytea[]) and z.type <> 'CATALOG' and z.deleted_at is null";

constexpr const char* sql_digest =
    "select digest from version_digests where zone_id = $1 and version = $2 and view = $3 and key_id = $4";

constexpr const char* sql_round =
    "select after_key, extract(epoch from now() - complete_since)::bigint, "
    "  extract(epoch from now() - began_at)::bigint from proof_rounds "
    "where nameserver_id = $1 and kind = $2";

constexpr const char* sql_faults =
    "select fault, zone_id, zone_name, repairs from content_faults where nameserver_id = $1 order by found_at limit $2";

constexpr const char* sql_found =
    "insert into content_faults as f (nameserver_id, fault, zone_id, zone_name, serial, detail, repairs) "
    "select $1, u.fault, u.zone_id, u.zone_name, u.serial, u.detail, u.repairs "
    "from unnest($2::text[], $3::uuid[], $4::text[], $5::bigint[], $6::text[], $7::int[]) "
    "  u(fault, zone_id, zone_name, serial, detail, repairs) "
    "on conflict (nameserver_id, zone_id, fault) do update set zone_name = excluded.zone_name, "
    "  serial = excluded.serial, detail = excluded.detail, repairs = excluded.repairs, seen_at = now()";

constexpr const char* sql_gone =
    "delete from content_faults f using unnest($2::text[], $3::uuid[]) u(fault, zone_id) "
    "where f.nameserver_id = $1 and f.fault = u.fault and f.zone_id = u.zone_id";

constexpr const char* sql_step =
    "insert into proof_rounds as r (nameserver_id, kind, after_key, began_at, complete_since) "
    "values ($1, $2, $3, now(), case when $4 then now() end) "
    "on conflict (nameserver_id, kind) do update set after_key = excluded.after_key, "
    "  complete_since = case when $4 then r.began_at else r.complete_since end, "
    "  began_at = case when $4 then now() else r.began_at end";

constexpr const char* sql_forget_deleted =
    "delete from content_faults f where f.nameserver_id = $1 and not exists "
    "(select from zones z where z.id = f.zone_id and z.pool_id = $2 and z.deleted_at is null)";

constexpr const char* sql_now = "select now()";

std::string to_column(ContentFault fault) {
  return fault == ContentFault::diverged ? "diverged" : "expiring";
}
std::string to_column(ProofKind kind) {
  return kind == ProofKind::serials ? "serials" : "contents";
}

ContentFault fault_of(const std::string& text) {
  if (text == "diverged") {
    return ContentFault::diverged;
  }
  if (text == "expiring") {
    return ContentFault::expiring;
  }
  throw std::runtime_error("the database holds an unknown fault: " + text);
}

ProvedZone zone_of(const Rows& rows, std::size_t row) {
  return {.desired = {.zone = ZoneId(rows.uuid(row, 0)),
                      .name = name_of_key(rows.bytea(row, 1)),
                      .version = dns::Version(rows.integer(row, 2)),
                      .serial = serial_column(rows, row, 3),
                      .deleted = false},
          .is_signed = rows.boolean(row, 4)};
}

Connection::Statement found_statement(const Lease& lease, const std::vector<FaultFound>& found) {
  std::vector<std::string> faults, names, details;
  std::vector<Uuid> zones;
  std::vector<std::int64_t> serials;
  std::vector<std::int32_t> repairs;
  for (const FaultFound& fault : found) {
    faults.push_back(to_column(fault.fault));
    zones.push_back(fault.zone.uuid());
    names.push_back(fault.name.to_text());
    serials.push_back(fault.serial.value());
    details.push_back(fault.detail);
    repairs.push_back(fault.repairs);
  }
  return {sql_found, {lease.nameserver.uuid(), faults, zones, names, serials, details, repairs}};
}

Connection::Statement gone_statement(const Lease& lease, const std::vector<FaultGone>& gone) {
  std::vector<std::string> faults;
  std::vector<Uuid> zones;
  for (const FaultGone& fault : gone) {
    faults.push_back(to_column(fault.fault));
    zones.push_back(fault.zone.uuid());
  }
  return {sql_gone, {lease.nameserver.uuid(), faults, zones}};
}

Connection::Statement step_statement(const Lease& lease, const RoundStep& step) {
  const std::optional<Bytes> after = step.after ? std::optional(name_key_of(*step.after)) : std::nullopt;
  return {sql_step,
          {lease.nameserver.uuid(), to_column(step.kind), after ? Param(ByteView(*after)) : Param(nullptr),
           step.is_complete}};
}

/// Runs `statements` if the lease is held.
bool execute_fenced(Connection& connection, const Lease& lease, const std::vector<Connection::Statement>& statements) {
  Transaction transaction(connection);
  std::vector<Connection::Statement> all{{sql_asynchronous_commit, {}},
                                         {sql_lease_fence, {lease.nameserver.uuid(), lease.fence}}};
  all.insert(all.end(), statements.begin(), statements.end());
  const auto results = connection.execute_all(all);
  if (results[1].empty()) {
    return false;  // rolls back
  }
  transaction.commit();
  return true;
}

}  // namespace

std::size_t ZoneProofs::count_zones(PoolId pool) {
  return static_cast<std::size_t>(pool_.acquire()->execute(sql_count, {pool.uuid()}).integer(0, 0));
}

std::vector<ProvedZone> ZoneProofs::read_zones(PoolId pool, const std::optional<dns::Name>& after, std::size_t limit) {
  // The root's key is empty and no zone: every other key is greater.
  const Bytes after_key = after ? name_key_of(*after) : Bytes();
  const Rows rows =
      pool_.acquire()->execute(sql_read, {pool.uuid(), ByteView(after_key), static_cast<std::int64_t>(limit)});
  std::vector<ProvedZone> zones;
  zones.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    zones.push_back(zone_of(rows, row));
  }
  return zones;
}

std::vector<ProvedZone> ZoneProofs::look_up(PoolId pool, const std::vector<dns::Name>& names) {
  std::vector<Bytes> keys;
  keys.reserve(names.size());
  for (const dns::Name& name : names) {
    keys.push_back(name_key_of(name));
  }
  const Rows rows = pool_.acquire()->execute(sql_look_up, {pool.uuid(), keys});
  std::vector<ProvedZone> zones;
  zones.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    zones.push_back(zone_of(rows, row));
    zones.back().seq = rows.optional_integer(row, 5);
  }
  return zones;
}

std::optional<DigestOctets> ZoneProofs::find_digest(ZoneId zone, dns::Version version, ViewId view,
                                                    const std::array<std::uint8_t, 4>& key_id) {
  const Rows rows = pool_.acquire()->execute(
      sql_digest, {zone.uuid(), version.value(), std::int32_t{view.number()}, ByteView(key_id)});
  if (rows.empty()) {
    return std::nullopt;
  }
  DigestOctets digest{};
  std::ranges::copy(rows.bytea(0, 0), digest.begin());  // the column holds 32 octets
  return digest;
}

ProofRound ZoneProofs::read_round(NameserverId nameserver, ProofKind kind) {
  const Rows rows = pool_.acquire()->execute(sql_round, {nameserver.uuid(), to_column(kind)});
  ProofRound round;
  if (rows.empty()) {
    return round;
  }
  if (!rows.is_null(0, 0)) {
    round.after = name_of_key(rows.bytea(0, 0));
  }
  round.age = std::chrono::seconds(std::max<std::int64_t>(rows.integer(0, 2), 0));
  if (const auto age = rows.optional_integer(0, 1)) {
    round.complete_age = std::chrono::seconds(std::max<std::int64_t>(*age, 0));
  }
  return round;
}

std::vector<FaultKept> ZoneProofs::read_faults(NameserverId nameserver, std::size_t limit) {
  const Rows rows = pool_.acquire()->execute(sql_faults, {nameserver.uuid(), static_cast<std::int64_t>(limit)});
  std::vector<FaultKept> faults;
  faults.reserve(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto name = dns::Name::from_text(rows.text(row, 2));
    if (!name) {
      throw std::runtime_error("the database holds a fault of a broken name: " + name.error().detail);
    }
    faults.push_back(
        {fault_of(rows.text(row, 0)), ZoneId(rows.uuid(row, 1)), *name, static_cast<int>(rows.integer(row, 3))});
  }
  return faults;
}

bool ZoneProofs::save(const Lease& lease, const ProofUpdate& update) {
  std::vector<Connection::Statement> statements;
  if (!update.gone.empty()) {
    statements.push_back(gone_statement(lease, update.gone));
  }
  if (!update.found.empty()) {
    statements.push_back(found_statement(lease, update.found));
  }
  if (update.round) {
    statements.push_back(step_statement(lease, *update.round));
  }
  const auto connection = pool_.acquire();
  return execute_fenced(*connection, lease, statements);
}

bool ZoneProofs::forget_deleted(const Lease& lease, PoolId pool) {
  const auto connection = pool_.acquire();
  return execute_fenced(*connection, lease, {{sql_forget_deleted, {lease.nameserver.uuid(), pool.uuid()}}});
}

WallTime ZoneProofs::now() {
  return pool_.acquire()->execute(sql_now).timestamp(0, 0);
}

}  // namespace minidns::storage::postgres
