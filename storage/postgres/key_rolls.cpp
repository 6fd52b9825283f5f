#include "storage/postgres/key_rolls.hpp"

#include "storage/zone_content.hpp"

#include <stdexcept>

namespace minidns::storage::postgres {
namespace {

// The first change from the version on that is still kept: once all have that, they had the version.
constexpr const char* select_roll =
    "select r.old_key, r.new_key, r.phase, r.version, r.visible_at, r.active_from, r.next_at, r.started_at,"
    " c.seq is not null"
    "  and not exists (select from nameservers n left join nameserver_progress g on g.nameserver_id = n.id"
    "   where n.pool_id = z.pool_id and n.state <> 'retired' and coalesce(g.visible_through, 0) < c.seq)"
    "  and not exists (select from tasks t where t.zone_id = r.zone_id and t.since_seq <= c.seq)"
    " from key_rolls r join zones z on z.id = r.zone_id"
    " left join lateral (select seq from changes where zone_id = r.zone_id and version >= r.version"
    "  order by version limit 1) c on true"
    " where r.zone_id = $1";

constexpr const char* upsert_roll =
    "insert into key_rolls (zone_id, old_key, new_key, phase, version, visible_at, active_from, next_at, started_at)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (zone_id) do update set old_key = excluded.old_key,"
    " new_key = excluded.new_key, phase = excluded.phase, version = excluded.version,"
    " visible_at = excluded.visible_at, active_from = excluded.active_from, next_at = excluded.next_at,"
    " started_at = excluded.started_at";
constexpr const char* delete_roll = "delete from key_rolls where zone_id = $1";

constexpr const char* select_due =
    "select r.zone_id from key_rolls r join zones z on z.id = r.zone_id"
    " where r.next_at <= now() and z.deleted_at is null order by r.next_at limit $1";
constexpr const char* select_overdue =
    "select k.zone_id from dnssec_keys k join zones z on z.id = k.zone_id"
    " join dnssec_policies p on p.id = z.dnssec_policy_id"
    " where k.role = 'ZSK' and k.state = 'active' and p.zsk_lifetime_s is not null and z.deleted_at is null"
    " and k.active_at < now() - p.zsk_lifetime_s * interval '1 second'"
    " and not exists (select from key_rolls r where r.zone_id = k.zone_id) limit $1";

const char* to_column(RollPhase phase) {
  switch (phase) {
    case RollPhase::publishing:
      return "publishing";
    case RollPhase::activating:
      return "activating";
    case RollPhase::draining:
      return "draining";
  }
  throw std::logic_error("no such phase");
}

RollPhase phase_of(const std::string& text) {
  for (const auto phase : {RollPhase::publishing, RollPhase::activating, RollPhase::draining}) {
    if (text == to_column(phase)) {
      return phase;
    }
  }
  throw CorruptContent("key_rolls.phase: " + text);
}

std::vector<ZoneId> zones_of(const Rows& rows) {
  std::vector<ZoneId> zones;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    zones.emplace_back(rows.uuid(row, 0));
  }
  return zones;
}

}  // namespace

std::optional<KeyRollState> read_roll(Connection& connection, const ZoneId& zone) {
  const auto rows = connection.execute(select_roll, {zone.uuid()});
  if (rows.empty()) {
    return std::nullopt;
  }
  const auto version = rows.optional_integer(0, 3);
  return KeyRollState{.roll = {.old_key = DnssecKeyId(rows.uuid(0, 0)),
                               .new_key = DnssecKeyId(rows.uuid(0, 1)),
                               .phase = phase_of(rows.text(0, 2)),
                               .version = version ? std::optional(dns::Version(*version)) : std::nullopt,
                               .visible_at = rows.optional_timestamp(0, 4),
                               .active_from = rows.optional_integer(0, 5),
                               .next_at = rows.timestamp(0, 6),
                               .started_at = rows.timestamp(0, 7)},
                      .is_visible = rows.boolean(0, 8)};
}

void add_roll(Statements& statements, const ZoneId& zone, const KeyRoll& roll) {
  statements.push_back({upsert_roll,
                        {zone.uuid(), roll.old_key.uuid(), roll.new_key.uuid(), to_column(roll.phase),
                         roll.version ? Param(roll.version->value()) : Param(nullptr), roll.visible_at,
                         roll.active_from, roll.next_at, roll.started_at}});
}

void add_end_of_roll(Statements& statements, const ZoneId& zone) {
  statements.push_back({delete_roll, {zone.uuid()}});
}

std::vector<ZoneId> PostgresKeyRolls::due(std::size_t limit) {
  return zones_of(pool_.acquire()->execute(select_due, {static_cast<std::int64_t>(limit)}));
}

std::vector<ZoneId> PostgresKeyRolls::overdue(std::size_t limit) {
  return zones_of(pool_.acquire()->execute(select_overdue, {static_cast<std::int64_t>(limit)}));
}

}  // namespace minidns::storage::postgres
