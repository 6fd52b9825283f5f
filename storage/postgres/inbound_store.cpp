#include "storage/postgres/inbound_store.hpp"

#include "dns/soa.hpp"
#include "storage/hints.hpp"
#include "storage/postgres/feed_numbering.hpp"
#include "storage/postgres/zone_columns.hpp"
#include "storage/postgres/zone_records.hpp"
#include "storage/postgres/zone_rows.hpp"
#include "storage/postgres/zone_writes.hpp"

namespace minidns::storage::postgres {
namespace {

constexpr const char* select_as_of = "select (extract(epoch from now()) * 1000000)::bigint";

const std::string select_all =
    "select z.id, z.name, z.deleted_at is not null, z.masters, i.key_name, i.key_algorithm, i.key_secret_sealed,"
    " i.has_content, z.version, z.serial, s.ttl, s.rdata, (extract(epoch from i.due_at - now()) * 1000)::bigint,"
    " (extract(epoch from i.expires_at - now()) * 1000)::bigint, i.forced, i.accepted_serial, i.alarm,"
    " i.alarm_serial, i.alarm_at, i.failures, coalesce(i.lease_until > now(), false)"
    " from inbound_zones i join zones z on z.id = i.zone_id"
    " left join lateral (select ttl, rdata from rrsets where zone_id = z.id and owner = ''::bytea and type = 6"
    "   and until is null limit 1) s on true";

// A transaction that was open at the last reading shows itself later: none of those that write here takes as long.
const std::string select_changed =
    select_all + " where i.changed_at > to_timestamp($1::bigint / 1000000.0) - interval '30 s'";
const std::string select_one = select_all + " where i.zone_id = $1";

constexpr const char* call_claim = "select claim_inbound($1, $2, $3::bigint * interval '1 ms')";
constexpr const char* call_renew = "select renew_inbound($1, $2, $3::bigint * interval '1 ms')";
constexpr const char* call_settle =
    "select settle_inbound($1, $2, $3, $4::bigint * interval '1 ms', $5::bigint * interval '1 ms', $6, $7, $8)";
constexpr const char* copy_stage =
    "copy inbound_records (zone_id, fence, n, owner, owner_case, type, ttl, rdata) from stdin (format binary)";
constexpr int stage_columns = 8;
constexpr const char* call_group = "select group_inbound($1, $2, $3)";
constexpr const char* call_count_differences = "select count_inbound_differences($1, $2)";
constexpr const char* call_commit_zone = "select commit_inbound_zone($1, $2, $3, $4, $5, $6)";
constexpr const char* call_commit_changes = "select commit_inbound_changes($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
constexpr const char* select_rrsets =
    "select r.owner, r.type, r.ttl, r.owner_case, r.rdata from unnest($2::bytea[], $3::int4[]) as w (owner, type)"
    " join rrsets r on r.zone_id = $1 and r.owner = w.owner and r.type = w.type and r.until is null"
    " order by r.owner, r.type";

std::optional<InboundKey> key_of(const Rows& rows, std::size_t row, int first) {
  if (rows.is_null(row, first)) {
    return std::nullopt;
  }
  const ByteView sealed = rows.bytea(row, first + 2);
  return InboundKey{rows.text(row, first), rows.text(row, first + 1), Bytes(sealed.begin(), sealed.end())};
}

std::optional<std::chrono::milliseconds> time_of(const Rows& rows, std::size_t row, int column) {
  const auto count = rows.optional_integer(row, column);
  return count ? std::optional(std::chrono::milliseconds(*count)) : std::nullopt;
}

InboundZone zone_of(const Rows& rows, std::size_t row) {
  InboundZone zone{.id = ZoneId(rows.uuid(row, 0)),
                   .name = zone_name_of(rows.text(row, 1)),
                   .deleted = rows.boolean(row, 2),
                   .primaries = rows.texts(row, 3),
                   .key = key_of(rows, row, 4),
                   .has_content = rows.boolean(row, 7),
                   .version = dns::Version(rows.integer(row, 8)),
                   .serial = serial_column(rows, row, 9),
                   .soa = {},
                   .due_in = std::chrono::milliseconds(rows.integer(row, 12)),
                   .expires_in = time_of(rows, row, 13),
                   .forced = rows.boolean(row, 14),
                   .accepted = {},
                   .alarm = alarm_of(rows, row, 16),
                   .failures = rows.integer(row, 19),
                   .leased = rows.boolean(row, 20)};
  if (zone.has_content && !rows.is_null(row, 11)) {
    zone.soa = dns::RRset{zone.name,
                          dns::RRType::soa,
                          ttl_of(rows.integer(row, 10)),
                          {with_serial(soa_of(rows.bytea(row, 11)), zone.serial)}};
  }
  if (!rows.is_null(row, 15)) {
    zone.accepted = serial_column(rows, row, 15);
  }
  return zone;
}

std::optional<dns::Version> version_of(const Rows& rows) {
  const auto version = rows.optional_integer(0, 0);
  return version ? std::optional(dns::Version(*version)) : std::nullopt;
}

}  // namespace

InboundStore::Changes PostgresInboundStore::read(const std::optional<std::int64_t>& as_of) {
  const auto lease = pool_->acquire();
  std::vector<Connection::Statement> statements{{select_as_of, {}}};
  if (as_of) {
    statements.push_back({select_changed.c_str(), {*as_of}});
  } else {
    statements.push_back({select_all.c_str(), {}});
  }
  const auto results = lease->execute_all(statements);
  Changes changes{{}, results[0].integer(0, 0)};
  for (std::size_t row = 0; row < results[1].size(); ++row) {
    changes.zones.push_back(zone_of(results[1], row));
  }
  return changes;
}

std::optional<InboundClaim> PostgresInboundStore::claim(const ZoneId& zone, const InstanceId& holder,
                                                        std::chrono::milliseconds lease) {
  const auto connection = pool_->acquire();
  Transaction transaction(*connection);
  const auto fence =
      connection->execute(call_claim, {zone.uuid(), holder.uuid(), std::int64_t{lease.count()}}).optional_integer(0, 0);
  if (!fence) {
    return std::nullopt;
  }
  const auto rows = connection->execute(select_one.c_str(), {zone.uuid()});
  transaction.commit();
  return rows.empty() ? std::nullopt : std::optional(InboundClaim{*fence, zone_of(rows, 0)});
}

bool PostgresInboundStore::renew(const InboundClaim& claim, std::chrono::milliseconds lease) {
  return pool_->acquire()
      ->execute(call_renew, {claim.zone.id.uuid(), claim.fence, std::int64_t{lease.count()}})
      .boolean(0, 0);
}

bool PostgresInboundStore::settle(const InboundClaim& claim, const InboundOutcome& outcome) {
  const auto expires = outcome.expires_in ? Param(std::int64_t{outcome.expires_in->count()}) : Param(nullptr);
  const auto alarm = outcome.alarm ? Param(to_column(outcome.alarm->first)) : Param(nullptr);
  const auto serial = outcome.alarm ? Param(std::int64_t{outcome.alarm->second.value()}) : Param(nullptr);
  return pool_->acquire()
      ->execute(call_settle, {claim.zone.id.uuid(), claim.fence, outcome.ok, std::int64_t{outcome.due_in.count()},
                              expires, outcome.error, alarm, serial})
      .boolean(0, 0);
}

void PostgresInboundStore::stage(const InboundClaim& claim, std::int64_t first,
                                 const std::vector<InboundRecord>& records) {
  const auto connection = pool_->acquire();
  auto rows = connection->copy_in(copy_stage);
  for (const InboundRecord& record : records) {
    rows.begin_row(stage_columns);
    rows.add_uuid(claim.zone.id.uuid());
    rows.add_int8(claim.fence);
    rows.add_int8(first++);
    rows.add_bytea(owner_key_of(record.owner, claim.zone.name));
    if (const auto letter_case = owner_case_of(record.owner, claim.zone.name)) {
      rows.add_bytea(*letter_case);
    } else {
      rows.add_null();
    }
    rows.add_int4(record.type.value());
    rows.add_int4(static_cast<std::int32_t>(record.ttl.seconds()));
    rows.add_bytea(record.rdata.octets());
  }
  rows.finish();
}

std::int64_t PostgresInboundStore::group(const InboundClaim& claim, std::int64_t records) {
  return pool_->acquire()->execute(call_group, {claim.zone.id.uuid(), claim.fence, records}).integer(0, 0);
}

std::int64_t PostgresInboundStore::count_differences(const InboundClaim& claim) {
  return pool_->acquire()->execute(call_count_differences, {claim.zone.id.uuid(), claim.fence}).integer(0, 0);
}

std::optional<dns::Version> PostgresInboundStore::commit_zone(const InboundClaim& claim, dns::Serial serial,
                                                              std::int64_t sets, const std::string& author) {
  const auto connection = pool_->acquire();
  Transaction transaction(*connection);
  const auto version =
      version_of(connection->execute(call_commit_zone, {claim.zone.id.uuid(), claim.fence, claim.zone.version.value(),
                                                        std::int64_t{serial.value()}, sets, author}));
  transaction.commit();
  return version;
}

std::vector<dns::RRset> PostgresInboundStore::rrsets(const InboundClaim& claim, const std::vector<Place>& places) {
  std::vector<Bytes> owners;
  std::vector<std::int32_t> types;
  for (const auto& [owner, type] : places) {
    owners.push_back(owner_key_of(owner, claim.zone.name));
    types.push_back(type.value());
  }
  const auto rows = pool_->acquire()->execute(select_rrsets, {claim.zone.id.uuid(), owners, types});
  RRsetDecoder decoder(claim.zone.name);
  std::vector<dns::RRset> found;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto letter_case = rows.is_null(row, 3) ? std::nullopt : std::optional(rows.bytea(row, 3));
    found.push_back(decoder.decode(rows.bytea(row, 0), rows.integer(row, 1), rows.integer(row, 2), letter_case,
                                   rows.bytea(row, 4)));
  }
  return found;
}

std::optional<dns::Version> PostgresInboundStore::commit_changes(const InboundClaim& claim, dns::Serial serial,
                                                                 const std::vector<InboundChange>& changes,
                                                                 const std::string& author) {
  std::vector<Bytes> owners;
  std::vector<std::int32_t> types;
  std::vector<std::int32_t> ttls;
  std::vector<std::optional<Bytes>> cases;
  std::vector<std::optional<Bytes>> rdata;
  for (const InboundChange& change : changes) {
    owners.push_back(owner_key_of(change.owner, claim.zone.name));
    types.push_back(change.type.value());
    ttls.push_back(change.after ? static_cast<std::int32_t>(change.after->ttl.seconds()) : 0);
    cases.push_back(change.after ? owner_case_of(change.after->owner, claim.zone.name) : std::nullopt);
    rdata.push_back(change.after ? std::optional(dns::pack_rdata(change.after->rdata)) : std::nullopt);
  }
  const auto connection = pool_->acquire();
  Transaction transaction(*connection);
  const auto version = version_of(connection->execute(
      call_commit_changes, {claim.zone.id.uuid(), claim.fence, claim.zone.version.value(), std::int64_t{serial.value()},
                            owners, types, ttls, cases, rdata, author}));
  transaction.commit();
  return version;
}

void PostgresInboundStore::announce(const ZoneId& zone, dns::Version version) {
  const auto connection = pool_->acquire();
  for (const std::string& payload : to_payloads(std::vector<VersionHint>{{zone, version}})) {
    connection->notify(channel_versions, payload);
  }
  connection->notify(channel_feed, std::to_string(number_changes(*connection)));
}

}  // namespace minidns::storage::postgres
