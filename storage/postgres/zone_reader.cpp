#include "storage/postgres/zone_reader.hpp"

#include "storage/postgres/list_result.hpp"
#include "storage/postgres/zone_columns.hpp"
#include "storage/postgres/zone_records.hpp"
#include "storage/postgres/zone_rows.hpp"

namespace minidns::storage::postgres {
namespace {

// Deleted, and enough nameservers have let go of it: gone, as the API has it.
constexpr const char* zone_is_there =
    "z.deleted_at is null or (select status from zone_states where zone_id = z.id) <> 'ACTIVE'";

constexpr const char* select_own_endpoints =
    "select host(address), port from pool_primaries union select host(address), port from nameservers";

const std::string select_zone = std::string("select ") + zone_columns + " from zones z" + zone_details +
                                " where z.id = $1 and z.type <> 'CATALOG' and ($2::text is null or z.project_id = $2)"
                                " and (z.deleted_at is null or s.status <> 'ACTIVE')";

const std::string select_recordset =
    std::string("select ") + recordset_columns + " from recordsets r" + recordset_details +
    " where r.id = $1 and ($2::text is null or z.project_id = $2) and ($3::uuid is null or z.id = $3) and (" +
    zone_is_there + ")";

constexpr const char* select_zone_visibility =
    "select w.version, v.served, v.failed, v.needed, v.nameservers"
    " from (select coalesce($2::bigint, version) as version from zones where id = $1) w"
    " cross join lateral version_visibility($1, w.version) v";

constexpr const char* select_recordset_visibility =
    "select w.version, v.served, v.failed, v.needed, v.nameservers"
    " from (select zone_id, coalesce($2::bigint, changed_in) as version from recordsets where id = $1) w"
    " cross join lateral version_visibility(w.zone_id, w.version) v";

/// `thing`, and how far a version has come, as of one moment.
std::vector<Rows> read_together(Connection& connection, Connection::Statement thing, Connection::Statement visibility) {
  // A round trip.
  auto results = connection.execute_all({{"begin isolation level repeatable read, read only", {}},
                                         std::move(thing),
                                         std::move(visibility),
                                         {"commit", {}}});  // nothing was written: it can't be in doubt
  return {results[1], results[2]};
}

std::optional<VersionVisibility> visibility_of(const Rows& rows) {
  if (rows.empty()) {
    return std::nullopt;
  }
  return VersionVisibility{.version = dns::Version(rows.integer(0, 0)),
                           .served = rows.integer(0, 1),
                           .failed = rows.integer(0, 2),
                           .needed = rows.integer(0, 3),
                           .nameservers = rows.integer(0, 4)};
}

Param version_param(const std::optional<dns::Version>& version) {
  return version ? Param(version->value()) : Param(nullptr);
}

struct SortColumn {
  const char* expression;
  const char* type;
};

SortColumn column_of(ZoneSort key) {
  switch (key) {
    case ZoneSort::created_at:
      return {"z.created_at", "timestamptz"};
    case ZoneSort::id:
      return {"z.id", "uuid"};
    case ZoneSort::updated_at:
      return {"coalesce(z.updated_at, '-infinity')", "timestamptz"};
    case ZoneSort::name:
      return {"z.name_key", "bytea"};
    case ZoneSort::project:
      return {"z.project_id", "text"};
    case ZoneSort::serial:
      return {"z.serial", "bigint"};
    case ZoneSort::ttl:
      return {"z.ttl", "integer"};
  }
  throw std::logic_error("no such sort key");
}

SortColumn column_of(RecordsetSort key) {
  switch (key) {
    case RecordsetSort::created_at:
      return {"r.created_at", "timestamptz"};
    case RecordsetSort::id:
      return {"r.id", "uuid"};
    case RecordsetSort::updated_at:
      return {"coalesce(r.updated_at, '-infinity')", "timestamptz"};
    case RecordsetSort::zone:
      return {"r.zone_id", "uuid"};
    case RecordsetSort::project:
      return {"z.project_id", "text"};
    case RecordsetSort::name:
      return {"lower(r.name)", "text"};
    case RecordsetSort::type:
      return {"r.type", "integer"};
    case RecordsetSort::ttl:
      return {"coalesce(r.ttl, -1)", "integer"};
  }
  throw std::logic_error("no such sort key");
}

Param project_param(const Reach& reach) {
  return reach.project ? Param(reach.project->text()) : Param(nullptr);
}

void add_reach(ListQuery& list, const Reach& reach) {
  if (reach.project) {
    list.where("z.project_id = " + list.param(reach.project->text()));
  }
}

// A whole name is looked up by its key, which is indexed; nothing matches what is no name.
void add_zone_name(ListQuery& list, const std::optional<TextFilter>& filter) {
  if (!filter || filter->has_wildcard()) {
    list.where_text("z.name", filter, true);
    return;
  }
  const auto name = dns::Name::from_text(filter->pattern);
  list.where(name ? "z.name_key = " + list.param(ByteView(name_key_of(*name))) : "false");
}

// Likewise; the zones above it say where its key begins.
void add_recordset_name(ListQuery& list, const std::optional<TextFilter>& filter) {
  if (!filter || filter->has_wildcard()) {
    list.where_text("r.name", filter, true);
    return;
  }
  const auto name = dns::Name::from_text(filter->pattern);
  if (!name) {
    list.where("false");
    return;
  }
  std::vector<Bytes> zones;
  for (auto zone = *name;; zone = zone.parent()) {
    zones.push_back(name_key_of(zone));
    if (zone.is_root()) {
      break;
    }
  }
  const auto key = list.param(ByteView(name_key_of(*name)));
  list.where("z.name_key = any(" + list.param(zones) + ") and r.owner = substr(" + key +
             "::bytea, length(z.name_key) + 1)");
}

}  // namespace

std::optional<ZoneRecord> PostgresZoneReader::zone(const Reach& reach, const ZoneId& id) {
  const auto rows = pool_.acquire()->execute(select_zone.c_str(), {id.uuid(), project_param(reach)});
  return rows.empty() ? std::nullopt : std::optional(zone_record_of(rows, 0));
}

std::optional<ZoneRecord> PostgresZoneReader::zone_and_visibility(const Reach& reach, const ZoneId& id,
                                                                  const std::optional<dns::Version>& version) {
  const auto results = read_together(*pool_.acquire(), {select_zone.c_str(), {id.uuid(), project_param(reach)}},
                                     {select_zone_visibility, {id.uuid(), version_param(version)}});
  if (results[0].empty()) {
    return std::nullopt;
  }
  auto record = zone_record_of(results[0], 0);
  record.visibility = visibility_of(results[1]);
  return record;
}

ListResult<ZoneRecord> PostgresZoneReader::zones(const Reach& reach, const ZoneQuery& query,
                                                 const ListRequest<ZoneId, ZoneSort>& request) {
  ListQuery list("zones z", "z.id");
  const auto sort = column_of(request.key);
  list.order_by(sort.expression, sort.type, request.descending);
  add_reach(list, reach);
  list.where(zone_is_there);
  list.where("z.type <> 'CATALOG'");
  add_zone_name(list, query.name);
  list.where_text("z.email", query.email, false);
  list.where_text("z.description", query.description, false);
  if (query.kind) {
    list.where("z.type = " + list.param(to_column(*query.kind)));
  }
  if (query.ttl) {
    list.where("z.ttl = " + list.param(std::int64_t{query.ttl->seconds()}));
  }
  if (query.propagation) {
    list.where("(select status from zone_states where zone_id = z.id) = " + list.param(to_column(*query.propagation)));
  }
  const auto page = list.run(*pool_.acquire(), zone_columns, std::string("zones z on z.id = page.id") + zone_details,
                             request.limit, uuid_of(request.marker), request.count);
  return result_of<ZoneRecord>(page, request, zone_record_of);
}

std::vector<NsName> ns_names_of(const Rows& rows) {
  std::vector<NsName> names;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    names.push_back({zone_name_of(rows.text(row, 0)), static_cast<std::int32_t>(rows.integer(row, 1))});
  }
  return names;
}

std::vector<NsName> PostgresZoneReader::ns_names(const PoolId& pool) {
  return ns_names_of(pool_.acquire()->execute(select_ns_names, {pool.uuid()}));
}

std::vector<PrimaryEndpoint> PostgresZoneReader::own_endpoints() {
  const auto rows = pool_.acquire()->execute(select_own_endpoints);
  std::vector<PrimaryEndpoint> endpoints;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    endpoints.push_back({rows.text(row, 0), static_cast<std::uint16_t>(rows.integer(row, 1))});
  }
  return endpoints;
}

std::optional<RecordsetRecord> PostgresZoneReader::recordset(const Reach& reach, const std::optional<ZoneId>& zone,
                                                             const RecordsetId& id) {
  const auto zone_param = zone ? Param(zone->uuid()) : Param(nullptr);
  const auto rows = pool_.acquire()->execute(select_recordset.c_str(), {id.uuid(), project_param(reach), zone_param});
  return rows.empty() ? std::nullopt : std::optional(recordset_record_of(rows, 0));
}

std::optional<RecordsetRecord> PostgresZoneReader::recordset_and_visibility(
    const Reach& reach, const ZoneId& zone, const RecordsetId& id, const std::optional<dns::Version>& version) {
  const auto results =
      read_together(*pool_.acquire(), {select_recordset.c_str(), {id.uuid(), project_param(reach), zone.uuid()}},
                    {select_recordset_visibility, {id.uuid(), version_param(version)}});
  if (results[0].empty()) {
    return std::nullopt;
  }
  auto record = recordset_record_of(results[0], 0);
  record.visibility = visibility_of(results[1]);
  return record;
}

ListResult<RecordsetRecord> PostgresZoneReader::recordsets(const Reach& reach, const std::optional<ZoneId>& zone,
                                                           const RecordsetQuery& query,
                                                           const ListRequest<RecordsetId, RecordsetSort>& request) {
  ListQuery list("recordsets r join zones z on z.id = r.zone_id", "r.id");
  const auto sort = column_of(request.key);
  list.order_by(sort.expression, sort.type, request.descending);
  add_reach(list, reach);
  if (zone) {
    list.where("r.zone_id = " + list.param(zone->uuid()));
  } else {
    list.where("z.deleted_at is null");
  }
  add_recordset_name(list, query.name);
  list.where_text("r.description", query.description, false);
  if (query.type) {
    list.where("r.type = " + list.param(std::int64_t{query.type->value()}));
  }
  if (query.ttl) {
    list.where("r.ttl = " + list.param(std::int64_t{query.ttl->seconds()}));
  }
  if (query.data) {
    const auto pattern = list.param(like_pattern(query.data->pattern)) + "::text";
    list.where("exists (select from unnest(r.records) as one (record) where one.record like " + pattern + ")");
  }
  if (query.view) {
    list.where("r.view = (select id from views where name = " + list.param(*query.view) + ")");
  }
  if (query.propagation) {
    list.where("(select status from recordset_states where recordset_id = r.id) = " +
               list.param(to_column(*query.propagation)));
  }
  const auto page =
      list.run(*pool_.acquire(), recordset_columns, std::string("recordsets r on r.id = page.id") + recordset_details,
               request.limit, uuid_of(request.marker), request.count);
  return result_of<RecordsetRecord>(page, request, recordset_record_of);
}

}  // namespace minidns::storage::postgres
