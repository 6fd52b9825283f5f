#include "storage/postgres/pools.hpp"

#include "storage/postgres/catalog_content.hpp"
#include "storage/postgres/catalog_setup.hpp"
#include "storage/postgres/events.hpp"
#include "storage/postgres/list_result.hpp"
#include "storage/postgres/zone_rows.hpp"

namespace minidns::storage::postgres {
namespace {

constexpr const char* pool_columns =
    "p.id, p.name, p.description, p.threshold, p.unknown_zones, p.is_default, p.revision, p.created_at, p.updated_at,"
    " array(select hostname from pool_ns_records n where n.pool_id = p.id order by priority, hostname),"
    " array(select priority::text from pool_ns_records n where n.pool_id = p.id order by priority, hostname),"
    " array(select host(address) from pool_primaries m where m.pool_id = p.id order by position),"
    " array(select port::text from pool_primaries m where m.pool_id = p.id order by position),"
    " array(select c.zone_id::text from catalogs c where c.pool_id = p.id order by family),"
    " array(select c.family from catalogs c where c.pool_id = p.id order by family),"
    " array(select z.name from catalogs c join zones z on z.id = c.zone_id where c.pool_id = p.id order by family),"
    " array(select coalesce(c.member_group, '') from catalogs c where c.pool_id = p.id order by family),"
    " array(select z.serial::text from catalogs c join zones z on z.id = c.zone_id where c.pool_id = p.id"
    "   order by family)";

const std::string select_pool = std::string("select ") + pool_columns + " from pools p where p.id = $1";

constexpr const char* lock_pool = "select 1 from pools where id = $1 for update";

constexpr const char* select_use =
    "select exists (select from zones where pool_id = $1 and type <> 'CATALOG'),"
    " array(select distinct settings ->> 'family' from nameservers where pool_id = $1 and driver = 'catalog')";
// Keys name their pool without a foreign key, since it may as well be a zone.
constexpr const char* select_has_keys =
    "select exists (select from tsig_keys where scope = 'POOL' and resource_id = $1)";
constexpr const char* clear_default = "update pools set is_default = false where is_default and id <> $1 and $2";

constexpr const char* insert_pool =
    "insert into pools (id, name, description, threshold, unknown_zones, is_default) values ($1, $2, $3, $4, $5, $6)";

constexpr const char* update_pool =
    "update pools set name = $2, description = $3, threshold = $4, unknown_zones = $5, is_default = $6,"
    " revision = revision + 1, updated_at = now() where id = $1";

constexpr const char* delete_ns_records = "delete from pool_ns_records where pool_id = $1";
constexpr const char* insert_ns_records =
    "insert into pool_ns_records (pool_id, hostname, priority) select $1, * from unnest($2::text[], $3::integer[])";
constexpr const char* delete_primaries = "delete from pool_primaries where pool_id = $1";
constexpr const char* insert_primaries =
    "insert into pool_primaries (pool_id, address, port, position)"
    " select $1, a::inet, p, n from unnest($2::text[], $3::integer[]) with ordinality as t (a, p, n)";
constexpr const char* delete_pool = "delete from pools where id = $1";

std::string to_column(UnknownZonePolicy policy) {
  switch (policy) {
    case UnknownZonePolicy::remove:
      return "delete";
    case UnknownZonePolicy::warn:
      return "warn";
    case UnknownZonePolicy::ignore:
      return "ignore";
  }
  throw std::logic_error("no such policy");
}

UnknownZonePolicy policy_of_column(const std::string& text) {
  // The column's CHECK has these three.
  return text == "delete" ? UnknownZonePolicy::remove
         : text == "warn" ? UnknownZonePolicy::warn
                          : UnknownZonePolicy::ignore;
}

std::vector<CatalogRecord> catalogs_of(const Rows& rows, std::size_t row) {
  const auto ids = rows.texts(row, 13);
  const auto families = rows.texts(row, 14);
  const auto names = rows.texts(row, 15);
  const auto groups = rows.texts(row, 16);
  const auto serials = rows.texts(row, 17);
  std::vector<CatalogRecord> catalogs;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    catalogs.push_back({ZoneId::parse(ids[i]).value(),
                        {catalog_family_of(families[i]), zone_name_of(names[i]),
                         groups[i].empty() ? std::nullopt : std::optional(groups[i])},
                        dns::Serial(static_cast<std::uint32_t>(std::stoul(serials[i])))});
  }
  return catalogs;
}

PoolUse use_of(const Rows& rows) {
  PoolUse use{.has_zones = rows.boolean(0, 0), .consumers = {}};
  for (const auto& family : rows.texts(0, 1)) {
    use.consumers.push_back(catalog_family_of(family));
  }
  return use;
}

PoolRecord record_of(const Rows& rows, std::size_t row) {
  PoolFields fields{.name = rows.text(row, 1),
                    .description = rows.optional_text(row, 2),
                    .ns_names = {},
                    .primaries = {},
                    .threshold = std::nullopt,
                    .unknown_zones = policy_of_column(rows.text(row, 4)),
                    .is_default = rows.boolean(row, 5),
                    .catalogs = {}};
  if (const auto threshold = rows.optional_integer(row, 3)) {
    fields.threshold = static_cast<std::int32_t>(*threshold);
  }
  const auto hostnames = rows.texts(row, 9);
  const auto priorities = rows.texts(row, 10);
  for (std::size_t i = 0; i < hostnames.size(); ++i) {
    fields.ns_names.push_back({zone_name_of(hostnames[i]), std::stoi(priorities[i])});
  }
  const auto addresses = rows.texts(row, 11);
  const auto ports = rows.texts(row, 12);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    fields.primaries.push_back({addresses[i], static_cast<std::uint16_t>(std::stoi(ports[i]))});
  }
  auto catalogs = catalogs_of(rows, row);
  for (const auto& catalog : catalogs) {
    fields.catalogs.push_back(catalog.fields);
  }
  return {PoolId(rows.uuid(row, 0)), std::move(fields),      std::move(catalogs),
          rows.integer(row, 6),      rows.timestamp(row, 7), rows.optional_timestamp(row, 8)};
}

std::vector<Param> row_params(const PoolId& id, const PoolFields& fields) {
  return {id.uuid(),        fields.name, fields.description, fields.threshold, to_column(fields.unknown_zones),
          fields.is_default};
}

/// The lists are replaced as a whole: they are short.
void add_lists(std::vector<Connection::Statement>& statements, const PoolId& id, const PoolFields& fields) {
  std::vector<std::string> hostnames, addresses;
  std::vector<std::int32_t> priorities, ports;
  for (const auto& name : fields.ns_names) {
    hostnames.push_back(name.hostname.to_text());
    priorities.push_back(name.priority);
  }
  for (const auto& primary : fields.primaries) {
    addresses.push_back(primary.address);
    ports.push_back(primary.port);
  }
  statements.push_back({delete_ns_records, {id.uuid()}});
  statements.push_back({insert_ns_records, {id.uuid(), hostnames, priorities}});
  statements.push_back({delete_primaries, {id.uuid()}});
  statements.push_back({insert_primaries, {id.uuid(), addresses, ports}});
}

PoolRecord write(Transaction& transaction, const char* sql, const PoolId& id, const PoolFields& fields,
                 const VersionPolicy& policy) {
  std::vector<Connection::Statement> statements{{clear_default, {id.uuid(), fields.is_default}},
                                                {sql, row_params(id, fields)}};
  add_lists(statements, id, fields);
  auto& connection = transaction.connection();
  connection.execute_all(statements);
  set_catalogs(connection, id, fields.catalogs, policy);
  // The event last: whoever hears of it finds the catalogs.
  std::vector<Connection::Statement> ending;
  add_event(ending, EventKind::pool, id.uuid());
  ending.push_back({select_pool.c_str(), {id.uuid()}});
  auto record = record_of(connection.execute_all(ending).back(), 0);
  transaction.commit();
  return record;
}

const char* sort_column(PoolSort key) {
  switch (key) {
    case PoolSort::created_at:
      return "p.created_at";
    case PoolSort::id:
      return "p.id";
    case PoolSort::updated_at:
      return "coalesce(p.updated_at, '-infinity')";
    case PoolSort::name:
      return "p.name";
  }
  throw std::logic_error("no such sort key");
}

const char* sort_type(PoolSort key) {
  return key == PoolSort::id ? "uuid" : key == PoolSort::name ? "text" : "timestamptz";
}

}  // namespace

PoolRecord PostgresPools::create(const PoolId& id, const PoolFields& fields) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  return write(transaction, insert_pool, id, fields, policy_);
}

std::optional<PoolRecord> PostgresPools::get(const PoolId& id) {
  const auto rows = pool_.acquire()->execute(select_pool.c_str(), {id.uuid()});
  return rows.empty() ? std::nullopt : std::optional(record_of(rows, 0));
}

ListResult<PoolRecord> PostgresPools::list(const std::optional<TextFilter>& name,
                                           const ListRequest<PoolId, PoolSort>& request) {
  ListQuery query("pools p", "p.id");
  query.order_by(sort_column(request.key), sort_type(request.key), request.descending);
  query.where_text("p.name", name, false);
  const auto page = query.run(*pool_.acquire(), pool_columns, "pools p on p.id = page.id", request.limit,
                              uuid_of(request.marker), request.count);
  return result_of<PoolRecord>(page, request, record_of);
}

std::optional<PoolRecord> PostgresPools::update(const PoolId& id, const Edit& edit) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const auto results = connection->execute_all(
      {{lock_pool, {id.uuid()}}, {select_pool.c_str(), {id.uuid()}}, {select_use, {id.uuid()}}});
  if (results[1].empty()) {
    return std::nullopt;
  }
  auto record = record_of(results[1], 0);
  return edit(record.fields, use_of(results[2])) ? write(transaction, update_pool, id, record.fields, policy_)
                                                 : std::move(record);
}

Pools::Removal PostgresPools::remove(const PoolId& id) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const auto locked = connection->execute_all({{lock_pool, {id.uuid()}}, {select_has_keys, {id.uuid()}}});
  if (locked[0].empty()) {
    return Removal::not_found;
  }
  if (locked[1].boolean(0, 0)) {
    return Removal::in_use;
  }
  std::vector<Connection::Statement> statements{{delete_pool, {id.uuid()}}};
  add_event(statements, EventKind::pool, id.uuid());
  try {
    connection->execute_all(statements);
  } catch (const StatementError& error) {
    if (error.is_foreign_key_violation()) {
      return Removal::in_use;
    }
    throw;
  }
  transaction.commit();
  return Removal::done;
}

}  // namespace minidns::storage::postgres
