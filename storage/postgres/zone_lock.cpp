#include "storage/postgres/zone_lock.hpp"

#include "storage/postgres/zone_columns.hpp"
#include "storage/postgres/zone_records.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/postgres/zone_signing.hpp"
#include "storage/postgres/zone_writes.hpp"

namespace minidns::storage::postgres {
namespace {

// Waits for another writer of the zone. Nothing else is read here: after a wait this statement still has its old
// snapshot, and only the locked row itself is new (DESIGN.md §3: lock in one statement, read in the next).
constexpr const char* lock_zone_row =
    "select 1 from zones where id = $1 and ($2::text is null or project_id = $2) for no key update";

constexpr const char* select_locked =
    "select z.name, z.project_id, z.pool_id, z.type, z.email, z.description, z.ttl,"
    " array(select key from jsonb_each_text(z.attributes) order by key),"
    " array(select value from jsonb_each_text(z.attributes) order by key), z.masters, z.version, z.serial, z.epoch,"
    " (select epoch from feed_head), now(), z.deleted_at is not null,"
    " exists (select from nameservers n where n.pool_id = z.pool_id and n.state <> 'retired'"
    "   and 'bind' in (n.driver, n.settings ->> 'family')),"
    " z.key_set_id, z.signing_time, z.buckets, z.rules, z.dnssec_policy_id,"
    " ks.refresh_period_s, ks.signature_lifetime_s, ks.skew_s, z.refresh_due"
    " from zones z left join key_sets ks on ks.id = z.key_set_id where z.id = $1 and z.type <> 'CATALOG'"
    " and (z.deleted_at is null or (select status from zone_states where zone_id = z.id) <> 'ACTIVE')";

constexpr int first_of_signing = 17;

std::optional<LockedSigning> locked_signing_of(const Rows& rows) {
  const auto stamp = signing_stamp_of(rows, 0, first_of_signing);
  if (!stamp) {
    return std::nullopt;
  }
  const auto number = [&](int column) { return static_cast<std::int32_t>(rows.integer(0, first_of_signing + column)); };
  return LockedSigning{.policy = DnssecPolicyId(rows.uuid(0, first_of_signing + 4)),
                       .stamp = *stamp,
                       .times = {.period = number(5), .lifetime = number(6), .skew = number(7)},
                       .refresh_due = rows.timestamp(0, first_of_signing + 8)};
}

LockedZone locked_zone_of(const ZoneId& id, const Rows& rows) {
  return {.id = id,
          .name = zone_name_of(rows.text(0, 0)),
          .project = ProjectId(rows.text(0, 1)),
          .pool = PoolId(rows.uuid(0, 2)),
          .fields = zone_fields_of(rows, 0, 3),
          .head = {dns::Version(rows.integer(0, 10)), serial_column(rows, 0, 11)},
          .head_epoch = rows.integer(0, 12),
          .current_epoch = rows.integer(0, 13),
          .now = rows.timestamp(0, 14),
          .deleted = rows.boolean(0, 15),
          .pool_has_bind = rows.boolean(0, 16),
          .signing = locked_signing_of(rows)};
}

}  // namespace

std::optional<LockedZone> lock_zone(Connection& connection, const Reach& reach, const ZoneId& id) {
  const auto project = reach.project ? Param(reach.project->text()) : Param(nullptr);
  const auto results =
      connection.execute_all({{lock_epoch, {}}, {lock_zone_row, {id.uuid(), project}}, {select_locked, {id.uuid()}}});
  if (results[1].empty() || results[2].empty()) {
    return std::nullopt;
  }
  return locked_zone_of(id, results[2]);
}

}  // namespace minidns::storage::postgres
