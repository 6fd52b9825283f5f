#include "storage/postgres/zone_dnssec.hpp"

#include "storage/postgres/key_columns.hpp"
#include "storage/postgres/key_rolls.hpp"
#include "storage/postgres/zone_records.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/postgres/zone_signing.hpp"

namespace minidns::storage::postgres {
namespace {

constexpr const char* select_zone =
    "select z.name, z.type, z.deleted_at is not null, z.key_set_id, z.signing_time, z.buckets, z.rules,"
    " p.name, ks.refresh_period_s, ks.signature_lifetime_s, ks.skew_s, ks.denial, ks.opt_out, z.refresh_due"
    " from zones z left join key_sets ks on ks.id = z.key_set_id"
    " left join dnssec_policies p on p.id = z.dnssec_policy_id"
    " where z.id = $1 and ($2::text is null or z.project_id = $2) and z.type <> 'CATALOG'"
    " and (z.deleted_at is null or (select status from zone_states where zone_id = z.id) <> 'ACTIVE')";

const std::string select_keys =
    std::string("select ") + key_columns +
    " from dnssec_keys k where k.zone_id = $1 and k.state <> 'removed' order by k.role, k.created_at, k.id";

Param project_param(const Reach& reach) {
  return reach.project ? Param(reach.project->text()) : Param(nullptr);
}

std::optional<ZoneDnssecRecord::Signed> signed_of(const Rows& rows) {
  const auto stamp = signing_stamp_of(rows, 0, 3);
  if (!stamp) {
    return std::nullopt;
  }
  const auto number = [&](int column) { return static_cast<std::int32_t>(rows.integer(0, column)); };
  return ZoneDnssecRecord::Signed{.policy = rows.text(0, 7),
                                  .stamp = *stamp,
                                  .times = {.period = number(8), .lifetime = number(9), .skew = number(10)},
                                  .denial = denial_of(rows.text(0, 11), rows.boolean(0, 12)),
                                  .refresh_due = rows.timestamp(0, 13)};
}

}  // namespace

std::optional<ZoneDnssecRecord> PostgresZoneDnssec::read(const Reach& reach, const ZoneId& zone) {
  const auto connection = pool_.acquire();
  const auto rows = connection->execute_all(
      {{select_zone, {zone.uuid(), project_param(reach)}}, {select_keys.c_str(), {zone.uuid()}}});
  if (rows[0].empty()) {
    return std::nullopt;
  }
  ZoneDnssecRecord record{
      .zone = zone,
      .name = zone_name_of(rows[0].text(0, 0)),
      .kind = rows[0].text(0, 1) == to_column(ZoneKind::secondary) ? ZoneKind::secondary : ZoneKind::primary,
      .deleted = rows[0].boolean(0, 2),
      .signing = signed_of(rows[0]),
      .roll = {},
      .keys = {},
      .foreign_dnskeys = read_foreign_dnskeys(*connection, zone)};
  if (auto state = read_roll(*connection, zone)) {
    record.roll = std::move(state->roll);
  }
  for (std::size_t row = 0; row < rows[1].size(); ++row) {
    record.keys.push_back(key_record_of(rows[1], row));
  }
  return record;
}

}  // namespace minidns::storage::postgres
