#include "storage/postgres/recovery.hpp"

#include "storage/postgres/feed_numbering.hpp"
#include "storage/postgres/zone_columns.hpp"
#include "storage/postgres/zone_records.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/postgres/zone_writes.hpp"

#include <unordered_map>
#include <utility>

namespace minidns::storage::postgres {
namespace {

constexpr const char* select_set_back =
    "select exists (select from recovery_reports where set_back_epoch = (select epoch from feed_head))";

// Zones that a person is changing are left for later: nobody waits for recovery, and it waits for nobody.
constexpr const char* lock_reported =
    "select id from zones where id = any(array("
    "  select distinct r.zone_id from recovery_reports r where exists (select from zones z where z.id = r.zone_id)"
    "   order by r.zone_id limit $1))"
    " order by id for no key update skip locked";
constexpr const char* select_reported_zones =
    "select id, name, type, version, serial, epoch, deleted_at is not null from zones where id = any($1) order by id";
constexpr const char* select_reports =
    "select id, zone_id, version, serial from recovery_reports where zone_id = any($1)";
constexpr const char* select_epoch_and_time = "select epoch, now() from feed_head";

constexpr const char* insert_versions =
    "insert into versions (zone_id, version, serial, kind, author, rules, key_set_id, signing_time, buckets)"
    " select z.id, w.version, w.serial, 'update', 'recovery', z.rules, z.key_set_id, z.signing_time, z.buckets"
    " from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as w (zone_id, version, serial)"
    " join zones z on z.id = w.zone_id";
constexpr const char* update_zones =
    "update zones z set version = w.version, serial = w.serial, epoch = (select epoch from feed_head)"
    " from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as w (zone_id, version, serial) where z.id = w.zone_id";
constexpr const char* delete_reports = "delete from recovery_reports where id = any($1)";

constexpr const char* lock_lost =
    "select r.id from recovery_reports r where not exists (select from zones z where z.id = r.zone_id)"
    " order by r.id limit $1 for update skip locked";
// The name lives under another id, that of an incarnation whose end was lost: its serial must get above what was seen.
constexpr const char* move_reports =
    "insert into recovery_reports (zone_id, zone_name, name_key, serial, reporter)"
    " select z.id, r.zone_name, r.name_key, r.serial, r.reporter from recovery_reports r"
    " join zones z on z.name_key = r.name_key and z.deleted_at is null"
    " where r.id = any($1) on conflict do nothing";
// Epoch 0: whoever makes the zone again skips serials, since the lost primary may have given more than were seen. The
// condition on serials is RFC 1982's "newer".
constexpr const char* keep_floor =
    "insert into tombstones as t (name_key, zone_id, serial, epoch, deleted_at, lost)"
    " select distinct on (r.name_key) r.name_key, r.zone_id, r.serial, 0, 'infinity'::timestamptz, true"
    "  from recovery_reports r"
    "  where r.id = any($1)"
    "   and not exists (select from zones z where z.name_key = r.name_key and z.deleted_at is null)"
    "   and not exists (select from tombstones d where d.zone_id = r.zone_id and d.name_key = r.name_key and not "
    "d.lost)"
    "  order by r.name_key, r.version desc, r.serial desc"
    " on conflict (name_key) do update set zone_id = excluded.zone_id, epoch = 0, deleted_at = 'infinity', lost = true,"
    "  serial = case when (excluded.serial - t.serial) & 4294967295 between 1 and 2147483647 then excluded.serial"
    "   else t.serial end"
    "  where not t.lost or t.zone_id <> excluded.zone_id"
    "   or (excluded.serial - t.serial) & 4294967295 between 1 and 2147483647"
    " returning zone_id, name_key, serial";

constexpr const char* count_lost_zones =
    "select count(*) from tombstones t where t.lost"
    " and not exists (select from zones z where z.name_key = t.name_key and z.deleted_at is null)";
constexpr const char* select_lost_zones =
    "select t.zone_id, t.name_key, t.serial from tombstones t where t.lost"
    " and not exists (select from zones z where z.name_key = t.name_key and z.deleted_at is null) order by t.name_key";

// Above every version that anybody may have of it: those who have it take this for newer, and find that it is gone.
constexpr std::int64_t version_of_forgotten = std::int64_t{1} << 62;
constexpr const char* forget_zone =
    "with forgotten as (update tombstones set lost = false, deleted_at = now()"
    "  where name_key = $1 and lost returning zone_id, serial)"
    " insert into versions (zone_id, version, serial, kind, author)"
    " select zone_id, $2, serial, 'delete', 'recovery' from forgotten on conflict do nothing";

std::vector<Uuid> uuids_of(const Rows& rows) {
  std::vector<Uuid> ids;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ids.push_back(rows.uuid(row, 0));
  }
  return ids;
}

std::vector<Recovery::LostZone> lost_zones_of(const Rows& rows) {
  std::vector<Recovery::LostZone> zones;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    zones.push_back({ZoneId(rows.uuid(row, 0)), name_of_key(rows.bytea(row, 1)), serial_column(rows, row, 2)});
  }
  return zones;
}

ReportedZone zone_of(const Rows& rows, std::size_t row) {
  return {.zone = ZoneId(rows.uuid(row, 0)),
          .name = zone_name_of(rows.text(row, 1)),
          .kind = rows.text(row, 2) == to_column(ZoneKind::secondary) ? ZoneKind::secondary : ZoneKind::primary,
          .head = {dns::Version(rows.integer(row, 3)), serial_column(rows, row, 4)},
          .head_epoch = rows.integer(row, 5),
          .deleted = rows.boolean(row, 6),
          .seen = {}};
}

class Batch final : public RecoveryBatch {
 public:
  Batch(ConnectionPool::Lease lease, std::size_t limit) : lease_(std::move(lease)), transaction_(*lease_) {
    // Locked in one statement, read in the next (DESIGN.md §3).
    const auto locked = lease_->execute_all({{lock_epoch, {}}, {lock_reported, {static_cast<std::int64_t>(limit)}}});
    const auto ids = uuids_of(locked[1]);
    const auto rows =
        lease_->execute_all({{select_reported_zones, {ids}}, {select_reports, {ids}}, {select_epoch_and_time, {}}});
    std::unordered_map<ZoneId, std::size_t> places;
    for (std::size_t row = 0; row < rows[0].size(); ++row) {
      zones_.push_back(zone_of(rows[0], row));
      places.emplace(zones_.back().zone, row);
    }
    for (std::size_t row = 0; row < rows[1].size(); ++row) {
      const std::int64_t version = rows[1].integer(row, 2);
      reports_.push_back(rows[1].integer(row, 0));
      zones_.at(places.at(ZoneId(rows[1].uuid(row, 1))))
          .seen.push_back(
              {version > 0 ? std::optional(dns::Version(version)) : std::nullopt, serial_column(rows[1], row, 3)});
    }
    epoch_ = rows[2].integer(0, 0);
    now_ = rows[2].timestamp(0, 1);
  }

  [[nodiscard]] const std::vector<ReportedZone>& zones() const override { return zones_; }
  [[nodiscard]] std::int64_t current_epoch() const override { return epoch_; }
  [[nodiscard]] WallTime now() const override { return now_; }

  void commit(const std::vector<Recovered>& recovered) override {
    std::vector<Uuid> ids;
    std::vector<std::int64_t> versions;
    std::vector<std::int64_t> serials;
    for (const Recovered& zone : recovered) {
      ids.push_back(zone.zone.uuid());
      versions.push_back(zone.stamp.version.value());
      serials.push_back(zone.stamp.serial.value());
    }
    lease_->execute_all({{insert_versions, {ids, versions, serials}},
                         {update_zones, {ids, versions, serials}},
                         {delete_reports, {reports_}}});
    transaction_.commit();
  }

 private:
  ConnectionPool::Lease lease_;
  Transaction transaction_;
  std::vector<ReportedZone> zones_;
  std::vector<std::int64_t> reports_;
  std::int64_t epoch_ = 0;
  WallTime now_{};
};

}  // namespace

std::optional<std::int64_t> PostgresRecovery::open_epoch_if_set_back() {
  const auto connection = pool_.acquire();
  if (!connection->execute(select_set_back).boolean(0, 0)) {
    return std::nullopt;
  }
  return open_new_epoch(*connection);
}

std::vector<Recovery::LostZone> PostgresRecovery::settle_lost(std::size_t limit) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const auto locked = connection->execute(lock_lost, {static_cast<std::int64_t>(limit)});
  if (locked.empty()) {
    return {};
  }
  std::vector<std::int64_t> ids;
  for (std::size_t row = 0; row < locked.size(); ++row) {
    ids.push_back(locked.integer(row, 0));
  }
  const auto rows = connection->execute_all({{move_reports, {ids}}, {keep_floor, {ids}}, {delete_reports, {ids}}});
  auto zones = lost_zones_of(rows[1]);
  transaction.commit();
  return zones;
}

std::unique_ptr<RecoveryBatch> PostgresRecovery::take(std::size_t limit) {
  auto batch = std::make_unique<Batch>(pool_.acquire(), limit);
  return batch->zones().empty() ? nullptr : std::move(batch);
}

std::int64_t PostgresRecovery::count_lost() {
  return pool_.acquire()->execute(count_lost_zones).integer(0, 0);
}

std::vector<Recovery::LostZone> PostgresRecovery::lost_zones() {
  return lost_zones_of(pool_.acquire()->execute(select_lost_zones));
}

bool PostgresRecovery::forget_lost(const dns::Name& name) {
  const auto key = name_key_of(name);
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const auto rows = connection->execute_all({{lock_epoch, {}}, {forget_zone, {ByteView(key), version_of_forgotten}}});
  transaction.commit();
  return rows[1].affected() > 0;
}

}  // namespace minidns::storage::postgres
