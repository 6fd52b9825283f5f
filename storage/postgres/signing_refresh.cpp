#include "storage/postgres/signing_refresh.hpp"

#include "storage/postgres/key_columns.hpp"
#include "storage/postgres/zone_columns.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/postgres/zone_signing.hpp"
#include "storage/postgres/zone_writes.hpp"

#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace minidns::storage::postgres {
namespace {

// Locked in the order of ids, so that two who take some of the same zones can't wait for each other; whoever a person
// keeps locked is left for later.
constexpr const char* lock_due =
    "select id from zones where id = any(array("
    "  select id from zones where refresh_due <= now() and refresh_due is not null and deleted_at is null"
    "   order by refresh_due limit $1))"
    " and refresh_due <= now() order by id for no key update skip locked";

const std::string select_due =
    "select z.id, z.name, z.version, z.serial, z.epoch, z.key_set_id, z.signing_time, z.buckets, z.rules,"
    " ks.refresh_period_s, ks.signature_lifetime_s, ks.skew_s, ks.ttl, ks.dnskey, ks.cds, ks.cdnskey,"
    " (select count(*) from (select from rrsets where zone_id = z.id and until is null limit " +
    std::to_string(RefreshBatch::rrsets_max) +
    ") r),"
    " exists (select from nameservers n where n.pool_id = z.pool_id and n.state <> 'retired'"
    "  and n.driver = 'powerdns')"
    // Locked, it may turn out to have been refreshed by another in the meantime.
    " from zones z join key_sets ks on ks.id = z.key_set_id"
    " where z.id = any($1) and z.refresh_due <= now() order by z.id";

constexpr const char* select_signers =
    "select z.id, k.id, k.role, k.dnskey, coalesce(p.sealed, q.sealed, '') from zones z"
    " join key_set_signers s on s.key_set_id = z.key_set_id join dnssec_keys k on k.id = s.key_id"
    " left join zsk_secrets p on p.key_id = k.id left join ksk_secrets q on q.key_id = k.id"
    " where z.id = any($1) order by z.id, k.id";

constexpr const char* select_inceptions =
    "select distinct z.id, a.inception from zones z join apex_signatures a on a.key_set_id = z.key_set_id"
    " where z.id = any($1) and a.type = 48 and a.expiration > extract(epoch from now())";

constexpr const char* select_epoch_and_time = "select epoch, now() from feed_head";

// Versions take what the zones' rows have from then on, as all do (zone_writes.cpp).
constexpr const char* update_zones =
    "update zones z set version = w.version, serial = w.serial, epoch = (select epoch from feed_head),"
    " signing_time = w.signing_time, buckets = w.buckets, rules = w.rules, refresh_due = to_timestamp(w.refresh_due)"
    " from unnest($1::uuid[], $2::int8[], $3::int8[], $4::int8[], $5::int4[], $6::int4[], $7::int8[])"
    " as w (id, version, serial, signing_time, buckets, rules, refresh_due) where z.id = w.id";
constexpr const char* insert_versions =
    "insert into versions (zone_id, version, serial, kind, author, rules, key_set_id, signing_time, buckets)"
    " select id, version, serial, 'update', 'refresh', rules, key_set_id, signing_time, buckets"
    " from zones where id = any($1)";
constexpr const char* put_off =
    "update zones set refresh_due = now() + $2 * interval '1 second' where id = any($1) and refresh_due is not null";
// What no version of the last slots refers to.
constexpr const char* delete_old_signatures =
    "delete from apex_signatures a using zones z where z.id = any($1) and a.key_set_id = z.key_set_id"
    " and a.expiration < extract(epoch from now()) - 2592000";

constexpr const char* observe =
    "with old as (select seen_at from signing_clock for update), taken as ("
    "  update signing_clock c set seen_at = now() from old"
    "   where old.seen_at is null or now() <= old.seen_at + $1 * interval '1 second' returning 1)"
    " select now(), old.seen_at, exists (select from taken) from old";
constexpr const char* accept = "update signing_clock set seen_at = now()";

constexpr const char* count_due =
    "select count(*), count(*) filter (where refresh_due < now() - $1 * interval '1 second') from zones"
    " where refresh_due <= now() and refresh_due is not null and deleted_at is null";
constexpr const char* select_earliest =
    "select min(z.signing_time + ks.signature_lifetime_s - ks.refresh_period_s) from zones z"
    " join key_sets ks on ks.id = z.key_set_id where z.refresh_due is not null and z.deleted_at is null";

DueZone zone_of(const Rows& rows, std::size_t row) {
  const auto number = [&](int column) { return static_cast<std::int32_t>(rows.integer(row, column)); };
  return {.zone = ZoneId(rows.uuid(row, 0)),
          .name = zone_name_of(rows.text(row, 1)),
          .head = {dns::Version(rows.integer(row, 2)), serial_column(rows, row, 3)},
          .head_epoch = rows.integer(row, 4),
          .stamp = signing_stamp_of(rows, row, 5).value(),
          .times = {.period = number(9), .lifetime = number(10), .skew = number(11)},
          .rrsets = rows.integer(row, 16),
          .pool_has_axfr_only = rows.boolean(row, 17),
          .ttl = ttl_of(rows.integer(row, 12)),
          .dnskey = records_column(rows, row, 13),
          .cds = records_column(rows, row, 14),
          .cdnskey = records_column(rows, row, 15),
          .signers = {},
          .signed_inceptions = {}};
}

class Batch final : public RefreshBatch {
 public:
  Batch(ConnectionPool::Lease lease, std::size_t limit) : lease_(std::move(lease)), transaction_(*lease_) {
    // Locked in one statement, read in the next (DESIGN.md §3).
    const auto locked = lease_->execute_all({{lock_epoch, {}}, {lock_due, {static_cast<std::int64_t>(limit)}}});
    std::vector<Uuid> ids;
    for (std::size_t row = 0; row < locked[1].size(); ++row) {
      ids.push_back(locked[1].uuid(row, 0));
    }
    if (ids.empty()) {
      return;
    }
    const auto rows = lease_->execute_all({{select_due.c_str(), {ids}},
                                           {select_signers, {ids}},
                                           {select_inceptions, {ids}},
                                           {select_epoch_and_time, {}}});
    read(rows);
    epoch_ = rows[3].integer(0, 0);
    now_ = rows[3].timestamp(0, 1);
  }

  [[nodiscard]] const std::vector<DueZone>& zones() const override { return zones_; }
  [[nodiscard]] std::int64_t current_epoch() const override { return epoch_; }
  [[nodiscard]] WallTime now() const override { return now_; }
  void commit(const std::vector<Refreshed>& refreshed, const std::vector<NewApexSignature>& signatures,
              std::chrono::seconds retry_delay) override;

 private:
  void read(const std::vector<Rows>& rows);

  ConnectionPool::Lease lease_;
  Transaction transaction_;
  std::vector<DueZone> zones_;
  std::int64_t epoch_ = 0;
  WallTime now_{};
};

void Batch::read(const std::vector<Rows>& rows) {
  std::unordered_map<ZoneId, std::size_t> places;
  for (std::size_t row = 0; row < rows[0].size(); ++row) {
    zones_.push_back(zone_of(rows[0], row));
    places.emplace(zones_.back().zone, row);
  }
  const auto find = [&](const Uuid& id) -> DueZone* {
    const auto found = places.find(ZoneId(id));
    return found == places.end() ? nullptr : &zones_[found->second];
  };
  for (std::size_t row = 0; row < rows[1].size(); ++row) {
    if (DueZone* zone = find(rows[1].uuid(row, 0))) {
      const auto sealed = rows[1].bytea(row, 4);
      zone->signers.push_back({DnssecKeyId(rows[1].uuid(row, 1)), key_role_of(rows[1].text(row, 2)),
                               rdata_column(rows[1], row, 3), Bytes(sealed.begin(), sealed.end())});
    }
  }
  for (std::size_t row = 0; row < rows[2].size(); ++row) {
    if (DueZone* zone = find(rows[2].uuid(row, 0))) {
      zone->signed_inceptions.push_back(rows[2].integer(row, 1));
    }
  }
}

std::int64_t unix_seconds(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

void Batch::commit(const std::vector<Refreshed>& refreshed, const std::vector<NewApexSignature>& signatures,
                   std::chrono::seconds retry_delay) {
  std::unordered_set<ZoneId> done;
  std::vector<Uuid> ids;
  std::vector<std::int64_t> versions;
  std::vector<std::int64_t> serials;
  std::vector<std::int64_t> times;
  std::vector<std::int32_t> buckets;
  std::vector<std::int32_t> rules;
  std::vector<std::int64_t> due;
  for (const Refreshed& zone : refreshed) {
    done.insert(zone.zone);
    ids.push_back(zone.zone.uuid());
    versions.push_back(zone.version.version.value());
    serials.push_back(zone.version.serial.value());
    times.push_back(zone.signing.signing_time);
    buckets.push_back(zone.signing.buckets);
    rules.push_back(zone.signing.rules);
    due.push_back(unix_seconds(zone.refresh_due));
  }
  std::vector<Uuid> left;
  for (const DueZone& zone : zones_) {
    if (!done.contains(zone.zone)) {
      left.push_back(zone.zone.uuid());
    }
  }
  Statements statements;
  add_apex_signatures(statements, signatures);
  if (!ids.empty()) {
    statements.push_back({update_zones, {ids, versions, serials, times, buckets, rules, due}});
    statements.push_back({insert_versions, {ids}});
    statements.push_back({delete_old_signatures, {ids}});
  }
  if (!left.empty()) {
    statements.push_back({put_off, {left, static_cast<std::int64_t>(retry_delay.count())}});
  }
  lease_->execute_all(statements);
  transaction_.commit();
}

}  // namespace

std::unique_ptr<RefreshBatch> PostgresSigningRefresh::take(std::size_t limit) {
  auto batch = std::make_unique<Batch>(pool_.acquire(), limit);
  return batch->zones().empty() ? nullptr : std::move(batch);
}

SigningRefresh::Clock PostgresSigningRefresh::observe_clock(std::chrono::seconds leap_max) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const auto rows = connection->execute(observe, {static_cast<std::int64_t>(leap_max.count())});
  Clock clock{rows.timestamp(0, 0), rows.optional_timestamp(0, 1), rows.boolean(0, 2)};
  transaction.commit();
  return clock;
}

void PostgresSigningRefresh::accept_clock() {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  connection->execute(accept);
  transaction.commit();
}

SigningRefresh::Counts PostgresSigningRefresh::count(std::chrono::seconds late_after) {
  const auto rows = pool_.acquire()->execute(count_due, {static_cast<std::int64_t>(late_after.count())});
  return {rows.integer(0, 0), rows.integer(0, 1)};
}

std::optional<std::int64_t> PostgresSigningRefresh::earliest_expiry() {
  return pool_.acquire()->execute(select_earliest).optional_integer(0, 0);
}

}  // namespace minidns::storage::postgres
