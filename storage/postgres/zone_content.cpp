#include "storage/postgres/zone_content.hpp"

#include "storage/postgres/zone_rows.hpp"
#include "storage/postgres/zone_signing.hpp"

#include <limits>
#include <string>
#include <utility>

namespace minidns::storage::postgres {
namespace {

constexpr const char* begin_one_snapshot = "begin isolation level repeatable read, read only";
constexpr const char* end_of_snapshot = "commit";  // nothing was written: it can't be in doubt

constexpr const char* select_feed_position =
    "select seq, epoch, pruned_through, (select system_identifier from pg_control_system()) from feed_head";

// The lateral join keeps the planner to one probe of rrsets_current per zone: a scan of all rrsets to find the SOAs
// would read a hundred times as much.
constexpr const char* copy_heads =
    "copy (select z.id, z.name, z.pool_id, z.version, z.serial, s.ttl, s.rdata,"
    " z.key_set_id is not null or z.type = 'SECONDARY' from zones z"
    " cross join lateral (select ttl, rdata from rrsets where zone_id = z.id and owner = ''::bytea and type = 6"
    "   and view = 0 and until is null limit 1) s"
    " where z.deleted_at is null) to stdout (format binary)";

const std::string select_head =
    "select z.name, z.pool_id, z.version, z.serial, s.ttl, s.rdata,"
    " z.key_set_id is not null or z.type = 'SECONDARY', " +
    signing_columns("z") +
    " from zones z"
    " join rrsets s on s.zone_id = z.id and s.owner = ''::bytea and s.type = 6 and s.view = 0 and s.until is null" +
    key_sets_of("z") + " where z.id = $1 and z.deleted_at is null";
constexpr int head_columns = 7;  // before those of its signing

const std::string select_signing = "select " + signing_columns("v") + " from versions v" + key_sets_of("v") +
                                   " where v.zone_id = $1 and v.version = $2";

const std::string select_version_serial = "select v.serial, " + signing_columns("v") + " from versions v" +
                                          key_sets_of("v") + " where v.zone_id = $1 and v.version = $2";

// A zone that is transferred in may have had one serial with two contents, if an operator accepted that: nobody knows
// then which of them a secondary has, and there is no difference from it. (Otherwise nothing is left out.)
const std::string and_serial_is_of_one_version =
    " and not exists (select from versions o where o.zone_id = v.zone_id and o.serial = v.serial"
    " and o.version <> v.version and o.kind <> 'delete')";

const std::string select_serial_of_step =
    "select v.serial, v.key_set_id, v.signing_time, v.buckets, v.rules from versions v where v.zone_id = $1 and "
    "v.version = $2" +
    and_serial_is_of_one_version;

// Newest first: what secondaries have is near the head.
const std::string select_version_of_serial =
    "select v.version, " + signing_columns("v") + " from versions v" + key_sets_of("v") +
    " where v.zone_id = $1 and v.serial = $2 and v.version < $3 and v.kind <> 'delete'" + and_serial_is_of_one_version +
    " order by v.version desc limit 1";

// `since + 0`, here and below: so that the planner, when its statistics are old, never takes rrsets_since for "all that
// is older", which is the whole zone.
constexpr const char* select_soa_at =
    "select ttl, rdata from rrsets"
    " where zone_id = $1 and owner = ''::bytea and type = 6 and view = 0 and since + 0 <= $2 and until is null"
    " union all select ttl, rdata from rrsets"
    " where zone_id = $1 and owner = ''::bytea and type = 6 and view = 0 and since + 0 <= $2 and until > $2";

// What a view, $5, has at only one of two versions, $2 < $3. An RRset has one row there at a time, whether of every
// view (0) or of this one. The first row says how many octets it is in all; the rest is left out if that is more than
// $4.
constexpr const char* select_difference =
    "with changed as materialized ("
    "  select owner, type, ttl, owner_case, rdata, true as came from rrsets"
    "   where zone_id = $1 and (view = 0 or view = $5) and since > $2 and since <= $3 and (until is null or until > $3)"
    "  union all"
    "  select owner, type, ttl, owner_case, rdata, false from rrsets"
    "   where zone_id = $1 and (view = 0 or view = $5) and until > $2 and until <= $3 and since + 0 <= $2"
    " ), size as (select coalesce(sum(length(owner) + length(rdata)), 0)::bigint as octets from changed)"
    " select s.octets, c.owner, c.type, c.ttl, c.owner_case, c.rdata, c.came from size s"
    " left join changed c on s.octets <= $4 and not (c.owner = ''::bytea and c.type = 6) order by c.owner, c.type";

constexpr const char* select_deleted =
    "select id from zones where id = any($1) and deleted_at is not null"
    " union select zone_id from changes where zone_id = any($1) and kind = 'delete'"
    " union select zone_id from tombstones where zone_id = any($1) and not lost";

using Fields = std::span<const std::optional<ByteView>>;

Uuid uuid_of(ByteView octets) {
  std::array<std::uint8_t, 16> copy{};
  if (octets.size() != copy.size()) {
    throw std::logic_error("not a uuid column");
  }
  std::copy(octets.begin(), octets.end(), copy.begin());
  return Uuid(copy);
}

dns::Serial serial_of_column(std::int64_t value) {
  return dns::Serial(static_cast<std::uint32_t>(value));  // the column's CHECK keeps it in 32 bits
}

ZoneHead head_of(Fields f) {
  return {ZoneId(uuid_of(*f[0])),
          zone_name_of(as_text(*f[1])),
          PoolId(uuid_of(*f[2])),
          dns::Version(binary::integer(*f[3])),
          serial_of_column(binary::integer(*f[4])),
          ttl_of(binary::integer(*f[5])),
          soa_of(*f[6]),
          std::nullopt,
          f[7]->front() != 0};
}

std::optional<ZoneHead> head_of(const ZoneId& zone, const Rows& rows) {
  if (rows.empty()) {
    return std::nullopt;
  }
  return ZoneHead{zone,
                  zone_name_of(rows.text(0, 0)),
                  PoolId(rows.uuid(0, 1)),
                  dns::Version(rows.integer(0, 2)),
                  serial_of_column(rows.integer(0, 3)),
                  ttl_of(rows.integer(0, 4)),
                  soa_of(rows.bytea(0, 5)),
                  signing_of(rows, 0, head_columns),
                  rows.boolean(0, 6)};
}

FeedPosition position_of(const Rows& rows) {
  if (rows.empty()) {
    throw CorruptContent("feed_head has no row");
  }
  return {rows.integer(0, 0), rows.integer(0, 1), rows.integer(0, 2), rows.integer(0, 3)};
}

dns::RRset soa_rrset_of(const Rows& rows, const dns::Name& apex, dns::Serial serial) {
  if (rows.size() != 1) {
    throw CorruptContent("a version has " + std::to_string(rows.size()) + " SOA rows");
  }
  return {apex, dns::RRType::soa, ttl_of(rows.integer(0, 0)), {with_serial(soa_of(rows.bytea(0, 1)), serial)}};
}

/// Nothing if the rows were left out for their size.
std::optional<std::vector<dns::RRsetChange>> changes_of(const Rows& rows, const dns::Name& apex,
                                                        std::size_t octets_max) {
  if (static_cast<std::uint64_t>(rows.integer(0, 0)) > octets_max) {
    return std::nullopt;
  }
  std::vector<dns::RRset> went;
  std::vector<dns::RRset> came;
  RRsetDecoder decoder(apex);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows.is_null(row, 1)) {
      continue;  // the size alone
    }
    const auto owner_case = rows.is_null(row, 4) ? std::nullopt : std::optional(rows.bytea(row, 4));
    auto& list = rows.boolean(row, 6) ? came : went;
    list.push_back(
        decoder.decode(rows.bytea(row, 1), rows.integer(row, 2), rows.integer(row, 3), owner_case, rows.bytea(row, 5)));
  }
  return pair_changes(std::move(went), std::move(came), apex);
}

Param view_param(const ViewId& view) {
  return std::int32_t{view.number()};
}

/// Reads one state of the database, all in one round trip: how long a change takes to reach the nameservers depends on
/// it. After an error the connection is in a failed transaction, and its pool throws it away.
std::vector<Rows> read_at_once(Connection& connection, std::vector<Connection::Statement> statements) {
  statements.insert(statements.begin(), {begin_one_snapshot, {}});
  statements.push_back({end_of_snapshot, {}});
  auto rows = connection.execute_all(statements);
  rows.erase(rows.begin());
  rows.pop_back();
  return rows;
}

std::int64_t limit_of(std::size_t octets_max) {
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  return octets_max > static_cast<std::uint64_t>(largest) ? largest : static_cast<std::int64_t>(octets_max);
}

// `view = 0 or view = …` and not `in`: an array would keep the planner from reading rrsets_current in its order.
std::string copy_rrsets(const ZoneId& zone, const ViewId& view) {
  return "copy (select owner, type, ttl, owner_case, rdata from rrsets where zone_id = " +
         Connection::quote(zone.uuid()) + " and (view = 0 or view = " + view.to_string() +
         ") and until is null and not (owner = ''::bytea and type = 6)"
         " order by owner, type) to stdout (format binary)";
}

/// Of read_steps' statements for one zone.
constexpr std::size_t rows_per_step = 4;

ZoneContent::Step step_of(const ZoneContent::StepRequest& request, std::span<const Rows, rows_per_step> rows) {
  using Step = ZoneContent::Step;
  auto head = head_of(request.zone, rows[0]);
  if (!head) {
    return {Step::Kind::gone, std::nullopt, std::nullopt};
  }
  if (head->version == request.from) {
    return {Step::Kind::unchanged, std::move(head), std::nullopt};
  }
  if (head->version < request.from || rows[1].empty()) {
    return {Step::Kind::no_path, std::move(head), std::nullopt};
  }
  auto signing_before = signing_stamp_of(rows[1], 0, 1);
  auto changes = changes_of(rows[3], head->name, request.octets_max);
  if (!changes) {
    return {Step::Kind::too_large, std::move(head), std::nullopt, std::move(signing_before)};
  }
  const dns::Serial serial = serial_of_column(rows[1].integer(0, 0));
  dns::Delta delta{request.from, head->version, soa_rrset_of(rows[2], head->name, serial), head->soa_rrset(),
                   *std::move(changes)};
  return {Step::Kind::forward, std::move(head), std::move(delta), std::move(signing_before)};
}

}  // namespace

FeedPosition PostgresZoneContent::read_index(const OnHead& on_head, const OnCorrupt& on_corrupt) {
  const auto lease = pool_->acquire();
  Transaction transaction(*lease, begin_one_snapshot);
  const FeedPosition position = position_of(lease->execute(select_feed_position));
  lease->copy_out(copy_heads, [&](Fields fields) {
    try {
      on_head(head_of(fields));
    } catch (const CorruptContent& error) {
      on_corrupt(ZoneId(uuid_of(*fields[0])), error);
    }
  });
  transaction.commit();
  return position;
}

bool PostgresZoneContent::read_zone(const ZoneId& zone, const ViewId& view, const OnHead& on_head,
                                    const OnRRset& on_rrset) {
  const auto lease = pool_->acquire();
  Transaction transaction(*lease, begin_one_snapshot);
  auto head = head_of(zone, lease->execute(select_head.c_str(), {zone.uuid()}));
  if (!head) {
    return false;
  }
  RRsetDecoder decoder(head->name);
  on_head(*std::move(head));
  lease->copy_out(copy_rrsets(zone, view), [&](Fields f) {
    on_rrset(decoder.decode(*f[0], binary::integer(*f[1]), binary::integer(*f[2]), f[3], *f[4]));
  });
  transaction.commit();
  return true;
}

ZoneContent::Step PostgresZoneContent::read_step(const ZoneId& zone, const ViewId& view, dns::Version from,
                                                 std::size_t octets_max) {
  return std::move(read_steps({{zone, view, from, octets_max}}).front());
}

/// A round trip, however many they are.
std::vector<ZoneContent::Step> PostgresZoneContent::read_steps(const std::vector<StepRequest>& requests) {
  const std::int64_t head_version = std::numeric_limits<std::int64_t>::max();  // as far as the transaction sees
  std::vector<Connection::Statement> statements;
  for (const auto& [zone, view, from, octets_max] : requests) {
    statements.push_back({select_head.c_str(), {zone.uuid()}});
    statements.push_back({select_serial_of_step.c_str(), {zone.uuid(), from.value()}});
    statements.push_back({select_soa_at, {zone.uuid(), from.value()}});
    statements.push_back(
        {select_difference, {zone.uuid(), from.value(), head_version, limit_of(octets_max), view_param(view)}});
  }
  const auto lease = pool_->acquire();
  const auto rows = read_at_once(*lease, std::move(statements));
  std::vector<Step> steps;
  steps.reserve(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const std::span<const Rows, rows_per_step> own(&rows[i * rows_per_step], rows_per_step);
    steps.push_back(step_of(requests[i], own));
  }
  return steps;
}

std::optional<ZoneContent::Difference> PostgresZoneContent::read_difference(const ZoneId& zone, const ViewId& view,
                                                                            dns::Serial from, dns::Version to,
                                                                            std::size_t octets_max) {
  const auto lease = pool_->acquire();
  Transaction transaction(*lease, begin_one_snapshot);
  const auto versions =
      lease->execute_all({{select_version_of_serial.c_str(), {zone.uuid(), std::int64_t{from.value()}, to.value()}},
                          {select_version_serial.c_str(), {zone.uuid(), to.value()}},
                          {select_head.c_str(), {zone.uuid()}}});
  const auto head = head_of(zone, versions[2]);
  if (versions[0].empty() || versions[1].empty() || !head) {
    return std::nullopt;
  }
  const dns::Version start(versions[0].integer(0, 0));
  const auto rows = lease->execute_all(
      {{select_soa_at, {zone.uuid(), start.value()}},
       {select_soa_at, {zone.uuid(), to.value()}},
       {select_difference, {zone.uuid(), start.value(), to.value(), limit_of(octets_max), view_param(view)}}});
  transaction.commit();
  auto changes = changes_of(rows[2], head->name, octets_max);
  if (!changes) {
    return std::nullopt;
  }
  const dns::Serial end = serial_of_column(versions[1].integer(0, 0));
  return Difference{
      {start, to, soa_rrset_of(rows[0], head->name, from), soa_rrset_of(rows[1], head->name, end), *std::move(changes)},
      signing_of(versions[0], 0, 1),
      signing_of(versions[1], 0, 1)};
}

std::optional<ZoneSigning> PostgresZoneContent::read_signing(const ZoneId& zone, dns::Version version) {
  const Rows rows = pool_->acquire()->execute(select_signing.c_str(), {zone.uuid(), version.value()});
  return rows.empty() ? std::nullopt : signing_of(rows, 0, 0);
}

std::vector<ZoneId> PostgresZoneContent::deleted_of(const std::vector<ZoneId>& zones) {
  std::vector<Uuid> ids;
  ids.reserve(zones.size());
  for (const ZoneId& zone : zones) {
    ids.push_back(zone.uuid());
  }
  const auto lease = pool_->acquire();
  const Rows rows = lease->execute(select_deleted, {ids});
  std::vector<ZoneId> deleted;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    deleted.emplace_back(rows.uuid(row, 0));
  }
  return deleted;
}

}  // namespace minidns::storage::postgres
