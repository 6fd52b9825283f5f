#include "storage/postgres/key_rolls.hpp"

#include "storage/postgres/key_columns.hpp"
#include "storage/zone_content.hpp"

#include <array>
#include <stdexcept>
#include <string_view>

namespace minidns::storage::postgres {
namespace {

// The first change from the version on that is still kept: once all have that, they had the version.
constexpr const char* select_roll =
    "select r.kind, r.old_keys::text[], r.new_keys::text[], r.phase, r.version, r.visible_at, r.active_from,"
    " r.policy_before, r.ds_ttl_s, r.paused, r.note, r.next_at, r.started_at,"
    " c.seq is not null"
    "  and not exists (select from nameservers n left join nameserver_progress g on g.nameserver_id = n.id"
    "   where n.pool_id = z.pool_id and n.state <> 'retired' and coalesce(g.visible_through, 0) < c.seq)"
    "  and not exists (select from tasks t join nameservers n on n.id = t.nameserver_id"
    "   where t.zone_id = r.zone_id and t.since_seq <= c.seq and n.pool_id = z.pool_id and n.state <> 'retired')"
    " from key_rolls r join zones z on z.id = r.zone_id"
    " left join lateral (select seq from changes where zone_id = r.zone_id and version >= r.version"
    "  order by version limit 1) c on true"
    " where r.zone_id = $1";

constexpr const char* upsert_roll =
    "insert into key_rolls (zone_id, kind, old_keys, new_keys, phase, version, visible_at, active_from, policy_before,"
    " ds_ttl_s, paused, note, next_at, started_at)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    " on conflict (zone_id) do update set kind = excluded.kind, old_keys = excluded.old_keys,"
    " new_keys = excluded.new_keys, phase = excluded.phase, version = excluded.version,"
    " visible_at = excluded.visible_at, active_from = excluded.active_from, policy_before = excluded.policy_before,"
    " ds_ttl_s = excluded.ds_ttl_s, paused = excluded.paused, note = excluded.note, next_at = excluded.next_at,"
    " started_at = excluded.started_at";
constexpr const char* delete_roll = "delete from key_rolls where zone_id = $1";

constexpr const char* select_due =
    "select r.zone_id from key_rolls r join zones z on z.id = r.zone_id"
    " where r.next_at <= now() and not r.paused and z.deleted_at is null order by r.next_at limit $1";
constexpr const char* count_rolls =
    "select count(*), count(*) filter (where r.phase in ('submitting', 'retracting')) from key_rolls r"
    " join zones z on z.id = r.zone_id where not r.paused and z.deleted_at is null";
constexpr const char* select_overdue =
    "select k.zone_id, k.role from dnssec_keys k join zones z on z.id = k.zone_id"
    " join dnssec_policies p on p.id = z.dnssec_policy_id"
    " where k.state = 'active' and z.deleted_at is null"
    " and k.active_at < now() - case when k.role = 'ZSK' then p.zsk_lifetime_s else p.ksk_lifetime_s end"
    "  * interval '1 second'"
    " and not exists (select from key_rolls r where r.zone_id = k.zone_id) order by k.active_at limit $1";

using KindWord = std::pair<RollKind, std::string_view>;
constexpr std::array kind_words = {KindWord{RollKind::zsk, "ZSK"},
                                   KindWord{RollKind::ksk, "KSK"},
                                   KindWord{RollKind::csk, "CSK"},
                                   KindWord{RollKind::algorithm, "ALGORITHM"},
                                   KindWord{RollKind::first_signing, "FIRST_SIGNING"},
                                   KindWord{RollKind::unsigning, "UNSIGNING"}};

using PhaseWord = std::pair<RollPhase, std::string_view>;
constexpr std::array phase_words = {
    PhaseWord{RollPhase::presigning, "presigning"},  PhaseWord{RollPhase::presigned, "presigned"},
    PhaseWord{RollPhase::publishing, "publishing"},  PhaseWord{RollPhase::submitting, "submitting"},
    PhaseWord{RollPhase::retracting, "retracting"},  PhaseWord{RollPhase::ds_caching, "ds_caching"},
    PhaseWord{RollPhase::activating, "activating"},  PhaseWord{RollPhase::draining, "draining"},
    PhaseWord{RollPhase::withdrawing, "withdrawing"}};

template <class Words, class Value>
std::string_view word_of(const Words& words, Value value) {
  for (const auto& [one, word] : words) {
    if (one == value) {
      return word;
    }
  }
  throw std::logic_error("no word for it");
}

template <class Words>
auto value_of(const Words& words, const std::string& text, const char* column) {
  for (const auto& [value, word] : words) {
    if (word == text) {
      return value;
    }
  }
  throw CorruptContent(std::string(column) + ": " + text);
}

std::vector<DnssecKeyId> ids_of(const std::vector<std::string>& texts) {
  std::vector<DnssecKeyId> ids;
  for (const auto& text : texts) {
    const auto id = Uuid::parse(text);
    if (!id) {
      throw CorruptContent("key_rolls: " + text);
    }
    ids.emplace_back(*id);
  }
  return ids;
}

std::vector<Uuid> uuids_of(const std::vector<DnssecKeyId>& ids) {
  std::vector<Uuid> uuids;
  for (const auto& id : ids) {
    uuids.push_back(id.uuid());
  }
  return uuids;
}

}  // namespace

std::optional<KeyRollState> read_roll(Connection& connection, const ZoneId& zone) {
  const auto rows = connection.execute(select_roll, {zone.uuid()});
  if (rows.empty()) {
    return std::nullopt;
  }
  const auto version = rows.optional_integer(0, 4);
  const auto policy_before = rows.optional_uuid(0, 7);
  const auto ds_ttl = rows.optional_integer(0, 8);
  return KeyRollState{
      .roll = {.kind = value_of(kind_words, rows.text(0, 0), "key_rolls.kind"),
               .old_keys = ids_of(rows.texts(0, 1)),
               .new_keys = ids_of(rows.texts(0, 2)),
               .phase = value_of(phase_words, rows.text(0, 3), "key_rolls.phase"),
               .version = version ? std::optional(dns::Version(*version)) : std::nullopt,
               .visible_at = rows.optional_timestamp(0, 5),
               .active_from = rows.optional_integer(0, 6),
               .policy_before = policy_before ? std::optional(DnssecPolicyId(*policy_before)) : std::nullopt,
               .ds_ttl_s = ds_ttl ? std::optional(static_cast<std::int32_t>(*ds_ttl)) : std::nullopt,
               .paused = rows.boolean(0, 9),
               .note = rows.optional_text(0, 10),
               .next_at = rows.timestamp(0, 11),
               .started_at = rows.timestamp(0, 12)},
      .is_visible = rows.boolean(0, 13)};
}

void add_roll(Statements& statements, const ZoneId& zone, const KeyRoll& roll) {
  statements.push_back(
      {upsert_roll,
       {zone.uuid(), word_of(kind_words, roll.kind), uuids_of(roll.old_keys), uuids_of(roll.new_keys),
        word_of(phase_words, roll.phase), roll.version ? Param(roll.version->value()) : Param(nullptr), roll.visible_at,
        roll.active_from, roll.policy_before ? Param(roll.policy_before->uuid()) : Param(nullptr), roll.ds_ttl_s,
        roll.paused, roll.note, roll.next_at, roll.started_at}});
}

void add_end_of_roll(Statements& statements, const ZoneId& zone) {
  statements.push_back({delete_roll, {zone.uuid()}});
}

std::vector<ZoneId> PostgresKeyRolls::due(std::size_t limit) {
  const auto rows = pool_.acquire()->execute(select_due, {static_cast<std::int64_t>(limit)});
  std::vector<ZoneId> zones;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    zones.emplace_back(rows.uuid(row, 0));
  }
  return zones;
}

KeyRolls::Counts PostgresKeyRolls::count() {
  const auto rows = pool_.acquire()->execute(count_rolls);
  return {rows.integer(0, 0), rows.integer(0, 1)};
}

std::vector<KeyRolls::Overdue> PostgresKeyRolls::overdue(std::size_t limit) {
  const auto rows = pool_.acquire()->execute(select_overdue, {static_cast<std::int64_t>(limit)});
  std::vector<Overdue> keys;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    keys.push_back({ZoneId(rows.uuid(row, 0)), key_role_of(rows.text(row, 1))});
  }
  return keys;
}

}  // namespace minidns::storage::postgres
