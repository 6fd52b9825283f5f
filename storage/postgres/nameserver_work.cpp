#include "storage/postgres/nameserver_work.hpp"

#include "storage/postgres/catalog_content.hpp"
#include "storage/postgres/zone_columns.hpp"

#include <stdexcept>

namespace minidns::storage::postgres {
namespace {

constexpr const char* sql_settings =
    "select n.name, n.pool_id, n.driver, host(n.address), n.port, n.settings::text, n.secret_sealed, p.unknown_zones, "
    "  k.id, k.name, k.algorithm, k.secret_sealed, m.id, m.name, m.algorithm, m.secret_sealed, n.view, "
    "  n.state, n.enters_service, coalesce(d.confirmed_until > now(), false) "
    "from nameservers n join pools p on p.id = n.pool_id left join tsig_keys k on k.id = n.transfer_key_id "
    "  left join tsig_keys m on m.id = n.notify_key_id left join refused_deletions d on d.nameserver_id = n.id "
    "where n.id = $1";

constexpr const char* sql_primaries =
    "select host(a.address), a.port from pool_primaries a join nameservers n on n.pool_id = a.pool_id "
    "where n.id = $1 order by a.position, a.address, a.port";

constexpr const char* sql_catalogs =
    "select c.zone_id, z.name_key, c.family from catalogs c join zones z on z.id = c.zone_id "
    "join nameservers n on n.pool_id = c.pool_id where n.id = $1 order by c.family";

constexpr const char* sql_progress =
    "select visible_through, content_pool, content_view, content_upstream from nameserver_progress "
    "where nameserver_id = $1";

constexpr const char* sql_head = "select seq, epoch, pruned_through from feed_head";

// Changes of other pools come as bare numbers. A zone that is deleted by now is wanted nowhere, whatever its older
// changes said. A version whose row was pruned stands for the newest. Catalogs are configured there by a person.
constexpr const char* sql_feed =
    "select c.seq, case when z.deleted_at is not null then 'delete' else c.kind end, c.zone_id is not null, "
    "  z.pool_id = $2 and z.type <> 'CATALOG', z.id, z.name_key, "
    "  case when z.deleted_at is not null then z.version else coalesce(v.version, z.version) end, "
    "  case when z.deleted_at is not null then z.serial else coalesce(v.serial, z.serial) end, "
    "  coalesce(v.created_at, c.numbered_at) "
    "from (select seq, kind, zone_id, version, numbered_at from changes where seq > $1 order by seq limit $3) c "
    "left join zones z on z.id = c.zone_id "
    "left join versions v on v.zone_id = c.zone_id and v.version = c.version "
    "order by c.seq";

constexpr const char* sql_number = "select number_changes()";

DriverKind driver_of(const std::string& text) {
  if (text == "bind") {
    return DriverKind::bind;
  }
  if (text == "powerdns") {
    return DriverKind::powerdns;
  }
  if (text == "knot") {
    return DriverKind::knot;
  }
  if (text == "nsd") {
    return DriverKind::nsd;
  }
  if (text == "catalog") {
    return DriverKind::catalog;
  }
  if (text == "none") {
    return DriverKind::none;
  }
  throw std::runtime_error("the database holds an unknown driver: " + text);
}

Duty duty_of(const std::string& state) {
  if (state == "bootstrapping") {
    return Duty::bootstrapping;
  }
  return state == "in_service" ? Duty::in_service : Duty::none;
}

UnknownZones policy_of(const std::string& text) {
  if (text == "delete") {
    return UnknownZones::remove;
  }
  if (text == "warn") {
    return UnknownZones::warn;
  }
  if (text == "ignore") {
    return UnknownZones::ignore;
  }
  throw std::runtime_error("the database holds an unknown policy for unknown zones: " + text);
}

Bytes copy_of(ByteView octets) {
  return {octets.begin(), octets.end()};
}

/// From `id, name, algorithm, secret_sealed`.
std::optional<SealedKey> key_of(const Rows& rows, int first_column) {
  const auto id = rows.optional_uuid(0, first_column);
  if (!id) {
    return std::nullopt;
  }
  const auto name = dns::Name::from_text(rows.text(0, first_column + 1));
  if (!name) {
    throw std::runtime_error("the database holds a key with a broken name: " + name.error().detail);
  }
  return SealedKey{TsigKeyId(*id), *name, rows.text(0, first_column + 2), copy_of(rows.bytea(0, first_column + 3))};
}

FeedPosition head_of(const Rows& rows) {
  if (rows.empty()) {
    throw std::runtime_error("the database has no feed");
  }
  return {.seq = rows.integer(0, 0), .epoch = rows.integer(0, 1), .pruned_through = rows.integer(0, 2)};
}

ZoneChange change_of(const Rows& rows, std::size_t row) {
  return {.action = action_of_column(rows.text(row, 1)),
          .zone = ZoneId(rows.uuid(row, 4)),
          .name = name_of_key(rows.bytea(row, 5)),
          .version = dns::Version(rows.integer(row, 6)),
          .serial = serial_column(rows, row, 7),
          .seq = rows.integer(row, 0),
          .committed_at = rows.timestamp(row, 8)};
}

void add_row(FeedPage& page, const Rows& rows, std::size_t row) {
  page.read_through = rows.integer(row, 0);
  const bool is_zone = rows.boolean(row, 2);
  if (!is_zone) {
    page.settings_changed = true;
  } else if (rows.is_null(row, 4)) {
    page.zone_forgotten = true;
  } else if (rows.boolean(row, 3)) {
    page.changes.push_back(change_of(rows, row));
  }
}

}  // namespace

std::optional<NameserverSettings> NameserverWork::read_settings(NameserverId nameserver) {
  const auto connection = pool_.acquire();
  // One snapshot, so that primaries and key belong together.
  Transaction transaction(*connection, "begin isolation level repeatable read read only");
  const auto results = connection->execute_all(
      {{sql_settings, {nameserver.uuid()}}, {sql_primaries, {nameserver.uuid()}}, {sql_catalogs, {nameserver.uuid()}}});
  transaction.commit();
  const Rows& row = results[0];
  if (row.empty()) {
    return std::nullopt;
  }
  NameserverSettings settings{.id = nameserver,
                              .name = row.text(0, 0),
                              .pool = PoolId(row.uuid(0, 1)),
                              .driver = driver_of(row.text(0, 2)),
                              .address = row.text(0, 3),
                              .port = static_cast<std::uint16_t>(row.integer(0, 4)),
                              .driver_settings = row.text(0, 5),
                              .secret_sealed = std::nullopt,
                              .transfer_key = key_of(row, 8),
                              .primaries = {},
                              .unknown_zones = policy_of(row.text(0, 7)),
                              .catalogs = {},
                              .view = view_column(row, 0, 16),
                              .notify_key = key_of(row, 12),
                              .state = {.duty = duty_of(row.text(0, 17)),
                                        .enters_service = row.boolean(0, 18),
                                        .deletion_is_confirmed = row.boolean(0, 19)}};
  if (!row.is_null(0, 6)) {
    settings.secret_sealed = copy_of(row.bytea(0, 6));
  }
  for (std::size_t i = 0; i < results[1].size(); ++i) {
    settings.primaries.push_back({results[1].text(i, 0), static_cast<std::uint16_t>(results[1].integer(i, 1))});
  }
  for (std::size_t i = 0; i < results[2].size(); ++i) {
    settings.catalogs.push_back(
        {ZoneId(results[2].uuid(i, 0)), name_of_key(results[2].bytea(i, 1)), catalog_family_of(results[2].text(i, 2))});
  }
  return settings;
}

Progress NameserverWork::read_progress(NameserverId nameserver) {
  const Rows rows = pool_.acquire()->execute(sql_progress, {nameserver.uuid()});
  if (rows.empty()) {
    return {};
  }
  Progress progress{rows.optional_integer(0, 0), std::nullopt};
  if (const auto pool = rows.optional_uuid(0, 1)) {
    progress.content = ContentMark{PoolId(*pool), view_column(rows, 0, 2)};
  }
  if (!rows.is_null(0, 3)) {
    progress.upstream = copy_of(rows.bytea(0, 3));
  }
  return progress;
}

FeedPosition NameserverWork::read_head() {
  return head_of(pool_.acquire()->execute(sql_head));
}

FeedPage NameserverWork::read_feed(PoolId pool, std::int64_t after, std::size_t limit) {
  const auto results = pool_.acquire()->execute_all(
      {{sql_head, {}}, {sql_feed, {after, pool.uuid(), static_cast<std::int64_t>(limit)}}});
  FeedPage page{.changes = {}, .read_through = after, .head = head_of(results[0])};
  for (std::size_t row = 0; row < results[1].size(); ++row) {
    add_row(page, results[1], row);
  }
  return page;
}

std::int64_t NameserverWork::number_changes() {
  return pool_.acquire()->execute(sql_number).integer(0, 0);
}

void NameserverWork::send_hint(const char* channel, const std::string& payload) {
  pool_.acquire()->notify(channel, payload);
}

}  // namespace minidns::storage::postgres
