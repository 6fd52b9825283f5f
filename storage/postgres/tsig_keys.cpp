#include "storage/postgres/tsig_keys.hpp"

#include "storage/postgres/events.hpp"
#include "storage/postgres/list_result.hpp"
#include "storage/postgres/zone_columns.hpp"

#include <stdexcept>

namespace minidns::storage::postgres {
namespace {

constexpr const char* key_columns =
    "k.id, k.name, k.name_key, k.algorithm, k.secret_sealed, k.scope, k.resource_id, k.created_at, k.updated_at,"
    " k.view, w.name";

const std::string select_key =
    std::string("select ") + key_columns + " from tsig_keys k join views w on w.id = k.view where k.id = $1";

constexpr const char* lock_key = "select 1 from tsig_keys where id = $1 for update";

constexpr const char* insert_key =
    "insert into tsig_keys (id, name, name_key, algorithm, secret_sealed, scope, resource_id, view)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8)";

constexpr const char* update_key =
    "update tsig_keys set name = $2, name_key = $3, algorithm = $4, secret_sealed = $5, scope = $6, resource_id = $7,"
    " view = $8, updated_at = now() where id = $1";

constexpr const char* delete_key = "delete from tsig_keys where id = $1";

constexpr const char* select_pool_exists = "select exists (select from pools where id = $1)";
constexpr const char* select_zone_exists = "select exists (select from zones where id = $1 and deleted_at is null)";

std::variant<PoolId, ZoneId> scope_of(const std::string& scope, const Uuid& resource) {
  if (scope == "ZONE") {
    return ZoneId(resource);
  }
  return PoolId(resource);  // the column's CHECK has these two
}

Uuid resource_of(const std::variant<PoolId, ZoneId>& scope) {
  return std::visit([](const auto& id) { return id.uuid(); }, scope);
}

bool is_of_pool(const std::variant<PoolId, ZoneId>& scope) {
  return std::holds_alternative<PoolId>(scope);
}

TsigKeyRecord record_of(const Rows& rows, std::size_t row) {
  const auto sealed = rows.bytea(row, 4);
  return {TsigKeyId(rows.uuid(row, 0)),
          {.name_text = rows.text(row, 1),
           .name = name_of_key(rows.bytea(row, 2)),
           .algorithm = rows.text(row, 3),
           .secret_sealed = Bytes(sealed.begin(), sealed.end()),
           .scope = scope_of(rows.text(row, 5), rows.uuid(row, 6)),
           .view = {view_column(rows, row, 9), rows.text(row, 10)}},
          rows.timestamp(row, 7),
          rows.optional_timestamp(row, 8)};
}

TsigKeyRecord write(Transaction& transaction, const char* sql, const TsigKeyId& id, const TsigKeyFields& fields) {
  std::vector<Connection::Statement> statements{
      {sql,
       {id.uuid(), fields.name_text, ByteView(name_key_of(fields.name)), fields.algorithm,
        ByteView(fields.secret_sealed), is_of_pool(fields.scope) ? "POOL" : "ZONE", resource_of(fields.scope),
        std::int32_t{fields.view.id.number()}}}};
  add_event(statements, EventKind::key, id.uuid());
  statements.push_back({select_key.c_str(), {id.uuid()}});
  auto record = record_of(transaction.connection().execute_all(statements).back(), 0);
  transaction.commit();
  return record;
}

const char* sort_column(TsigKeySort key) {
  switch (key) {
    case TsigKeySort::created_at:
      return "k.created_at";
    case TsigKeySort::id:
      return "k.id";
    case TsigKeySort::updated_at:
      return "coalesce(k.updated_at, '-infinity')";
    case TsigKeySort::name:
      return "k.name_key";
  }
  throw std::logic_error("no such sort key");
}

const char* sort_type(TsigKeySort key) {
  return key == TsigKeySort::id ? "uuid" : key == TsigKeySort::name ? "bytea" : "timestamptz";
}

}  // namespace

bool PostgresTsigKeys::has_resource(const std::variant<PoolId, ZoneId>& scope) {
  const auto* const sql = is_of_pool(scope) ? select_pool_exists : select_zone_exists;
  return pool_.acquire()->execute(sql, {resource_of(scope)}).boolean(0, 0);
}

TsigKeyRecord PostgresTsigKeys::create(const TsigKeyId& id, const TsigKeyFields& fields) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  return write(transaction, insert_key, id, fields);
}

std::optional<TsigKeyRecord> PostgresTsigKeys::get(const TsigKeyId& id) {
  const auto rows = pool_.acquire()->execute(select_key.c_str(), {id.uuid()});
  return rows.empty() ? std::nullopt : std::optional(record_of(rows, 0));
}

ListResult<TsigKeyRecord> PostgresTsigKeys::list(const TsigKeyQuery& query,
                                                 const ListRequest<TsigKeyId, TsigKeySort>& request) {
  ListQuery list("tsig_keys k", "k.id");
  list.order_by(sort_column(request.key), sort_type(request.key), request.descending);
  list.where_text("k.name", query.name, true);
  if (query.algorithm) {
    list.where("k.algorithm = " + list.param(*query.algorithm));
  }
  if (query.of_pools) {
    list.where("k.scope = " + list.param(*query.of_pools ? "POOL" : "ZONE"));
  }
  if (query.view) {
    list.where("k.view = (select id from views where name = " + list.param(*query.view) + ")");
  }
  const auto page =
      list.run(*pool_.acquire(), key_columns, "tsig_keys k on k.id = page.id join views w on w.id = k.view",
               request.limit, uuid_of(request.marker), request.count);
  return result_of<TsigKeyRecord>(page, request, record_of);
}

std::optional<TsigKeyRecord> PostgresTsigKeys::update(const TsigKeyId& id,
                                                      const std::function<bool(TsigKeyFields&)>& edit) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const auto rows = connection->execute_all({{lock_key, {id.uuid()}}, {select_key.c_str(), {id.uuid()}}}).back();
  if (rows.empty()) {
    return std::nullopt;
  }
  auto record = record_of(rows, 0);
  if (!edit(record.fields)) {
    return record;
  }
  return write(transaction, update_key, id, record.fields);
}

bool PostgresTsigKeys::remove(const TsigKeyId& id) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  std::vector<Connection::Statement> statements{{delete_key, {id.uuid()}}};
  add_event(statements, EventKind::key, id.uuid());
  if (connection->execute_all(statements).front().affected() == 0) {
    return false;
  }
  transaction.commit();
  return true;
}

}  // namespace minidns::storage::postgres
