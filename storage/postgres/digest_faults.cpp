#include "storage/postgres/digest_faults.hpp"

#include "storage/instances.hpp"
#include "storage/postgres/zone_columns.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/postgres/zone_writes.hpp"

#include <utility>

namespace minidns::storage::postgres {
namespace {

// An instance that was restarted reports under another id, and its old one counts as live for a while: only instances
// that have lived at the same time are two processes.
constexpr const char* lock_disputed =
    "select id from zones where id = any(array("
    "  select r.zone_id from digest_reports r"
    "   join zones z on z.id = r.zone_id and z.version = r.version and z.deleted_at is null"
    "   join instances i on i.id = r.instance and i.heartbeated_at > now() - make_interval(secs => $2)"
    "   where not exists (select from versions v where v.zone_id = r.zone_id and v.author = 'digest'"
    "    and v.created_at > now() - make_interval(secs => $3))"
    "   group by r.zone_id, r.version, r.view, r.key_id, r.digest"
    "   having count(*) >= 2 and min(i.heartbeated_at) >= max(i.started_at)"
    "   order by r.zone_id limit $1))"
    " order by id for no key update skip locked";
// Locked, a zone may turn out to have got another version in the meantime.
constexpr const char* select_disputed =
    "select z.id, z.name, z.version, z.serial, z.epoch,"
    " coalesce((select string_agg(distinct d.instance || ' (' || d.build || ')', ', ') from version_digests d"
    "  where d.zone_id = z.id and d.version = z.version), ''),"
    " string_agg(distinct r.instance || ' (' || r.build || ')', ', ')"
    " from zones z join digest_reports r on r.zone_id = z.id and r.version = z.version"
    " where z.id = any($1) group by z.id order by z.id";
constexpr const char* select_epoch_and_time = "select epoch, now() from feed_head";

constexpr const char* insert_versions =
    "insert into versions (zone_id, version, serial, kind, author, rules, key_set_id, signing_time, buckets)"
    " select z.id, w.version, w.serial, 'update', 'digest', z.rules, z.key_set_id, z.signing_time, z.buckets"
    " from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as w (zone_id, version, serial)"
    " join zones z on z.id = w.zone_id";
constexpr const char* update_zones =
    "update zones z set version = w.version, serial = w.serial, epoch = (select epoch from feed_head)"
    " from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as w (zone_id, version, serial) where z.id = w.zone_id";

constexpr const char* count_zones =
    "select count(distinct r.zone_id) from digest_reports r"
    " join zones z on z.id = r.zone_id and z.version = r.version and z.deleted_at is null";

constexpr const char* select_differing =
    "select r.build, d.build, count(distinct r.zone_id) from digest_reports r"
    " join version_digests d using (zone_id, version, view, key_id)"
    " where r.build <> d.build and r.reported_at > now() - make_interval(secs => $1) group by 1, 2 order by 1, 2";
constexpr const char* count_signed_zones =
    "select count(*) from zones where key_set_id is not null and deleted_at is null";
constexpr const char* insert_stopped =
    "insert into stopped_builds (build, zones) values ($1, $2) on conflict do nothing";
constexpr const char* count_stopped_builds = "select count(*) from stopped_builds";

std::int32_t seconds(std::chrono::seconds time) {
  return static_cast<std::int32_t>(time.count());
}

class Batch final : public DisputeBatch {
 public:
  Batch(ConnectionPool::Lease lease, std::size_t limit) : lease_(std::move(lease)), transaction_(*lease_) {
    // Locked in one statement, read in the next (DESIGN.md §3).
    const auto locked = lease_->execute_all({{lock_epoch, {}},
                                             {lock_disputed,
                                              {static_cast<std::int64_t>(limit), seconds(instance_heartbeat_age_max),
                                               seconds(DigestFaults::burn_interval)}}});
    std::vector<Uuid> ids;
    for (std::size_t row = 0; row < locked[1].size(); ++row) {
      ids.push_back(locked[1].uuid(row, 0));
    }
    const auto rows = lease_->execute_all({{select_disputed, {ids}}, {select_epoch_and_time, {}}});
    for (std::size_t row = 0; row < rows[0].size(); ++row) {
      zones_.push_back({.zone = ZoneId(rows[0].uuid(row, 0)),
                        .name = zone_name_of(rows[0].text(row, 1)),
                        .head = {dns::Version(rows[0].integer(row, 2)), serial_column(rows[0], row, 3)},
                        .head_epoch = rows[0].integer(row, 4),
                        .first = rows[0].text(row, 5),
                        .others = rows[0].text(row, 6)});
    }
    epoch_ = rows[1].integer(0, 0);
    now_ = rows[1].timestamp(0, 1);
  }

  [[nodiscard]] const std::vector<DisputedZone>& zones() const override { return zones_; }
  [[nodiscard]] std::int64_t current_epoch() const override { return epoch_; }
  [[nodiscard]] WallTime now() const override { return now_; }

  void commit(const std::vector<Burnt>& burnt) override {
    std::vector<Uuid> ids;
    std::vector<std::int64_t> versions;
    std::vector<std::int64_t> serials;
    for (const Burnt& zone : burnt) {
      ids.push_back(zone.zone.uuid());
      versions.push_back(zone.stamp.version.value());
      serials.push_back(zone.stamp.serial.value());
    }
    lease_->execute_all({{insert_versions, {ids, versions, serials}}, {update_zones, {ids, versions, serials}}});
    transaction_.commit();
  }

 private:
  ConnectionPool::Lease lease_;
  Transaction transaction_;
  std::vector<DisputedZone> zones_;
  std::int64_t epoch_ = 0;
  WallTime now_{};
};

}  // namespace

std::unique_ptr<DisputeBatch> PostgresDigestFaults::take(std::size_t limit) {
  auto batch = std::make_unique<Batch>(pool_.acquire(), limit);
  return batch->zones().empty() ? nullptr : std::move(batch);
}

std::vector<DigestFaults::Differing> PostgresDigestFaults::differing() {
  const Rows rows = pool_.acquire()->execute(select_differing, {seconds(differing_age_max)});
  std::vector<Differing> differing;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    differing.push_back({rows.text(row, 0), rows.text(row, 1), rows.integer(row, 2)});
  }
  return differing;
}

std::int64_t PostgresDigestFaults::count_signed() {
  return pool_.acquire()->execute(count_signed_zones).integer(0, 0);
}

bool PostgresDigestFaults::stop_build(const std::string& build, std::int64_t zones) {
  return pool_.acquire()->execute(insert_stopped, {build, zones}).affected() > 0;
}

std::int64_t PostgresDigestFaults::count_stopped() {
  return pool_.acquire()->execute(count_stopped_builds).integer(0, 0);
}

std::int64_t PostgresDigestFaults::count_reported() {
  return pool_.acquire()->execute(count_zones).integer(0, 0);
}

}  // namespace minidns::storage::postgres
