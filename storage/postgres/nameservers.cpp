#include "storage/postgres/nameservers.hpp"

#include "storage/postgres/events.hpp"
#include "storage/postgres/list_result.hpp"
#include "storage/postgres/zone_columns.hpp"

#include <stdexcept>

namespace minidns::storage::postgres {
namespace {

constexpr const char* nameserver_columns =
    "n.id, n.pool_id, n.name, n.driver, host(n.address), n.port, n.state, n.transfer_key_id, n.notify_key_id,"
    " n.allow_unsigned_soa, n.settings::text, n.secret_sealed, n.revision, n.created_at, n.updated_at, n.view, w.name,"
    " n.enters_service, n.state = 'bootstrapping', g.catch_up_through is not null,"
    " greatest((select seq from feed_head) - coalesce(g.visible_through, 0), 0),"
    " case when n.state = 'bootstrapping' then (select count(*) from tasks t where t.nameserver_id = n.id"
    "  and (g.catch_up_through is null or t.since_seq <= g.catch_up_through)) end,"
    " d.unknown, d.zones, d.names, d.refused_at, case when d.confirmed_until > now() then d.confirmed_until end";

constexpr const char* nameserver_joins =
    " join views w on w.id = n.view left join nameserver_progress g on g.nameserver_id = n.id"
    " left join refused_deletions d on d.nameserver_id = n.id";

const std::string select_nameserver =
    std::string("select ") + nameserver_columns + " from nameservers n" + nameserver_joins + " where n.id = $1";

constexpr const char* lock_nameserver = "select 1 from nameservers where id = $1 for update";

constexpr const char* insert_nameserver =
    "insert into nameservers (id, name, driver, address, port, state, transfer_key_id, notify_key_id,"
    " allow_unsigned_soa, settings, secret_sealed, pool_id, view, enters_service)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

constexpr const char* update_nameserver =
    "update nameservers set name = $2, driver = $3, address = $4, port = $5, state = $6, transfer_key_id = $7,"
    " notify_key_id = $8, allow_unsigned_soa = $9, settings = $10, secret_sealed = $11, pool_id = $12, view = $13,"
    " enters_service = $14,"
    " revision = revision + 1, updated_at = now() where id = $1";

constexpr const char* begin_catching_up =
    "update nameserver_progress set catch_up_through = null where nameserver_id = $1";

constexpr const char* confirm_refused =
    "update refused_deletions set confirmed_until = now() + $3::bigint * interval '1 s'"
    " where nameserver_id = $1 and unknown = $2";

constexpr const char* delete_nameserver = "delete from nameservers where id = $1";

template <class Id>
std::optional<Id> id_of(const std::optional<Uuid>& uuid) {
  return uuid ? std::optional(Id(*uuid)) : std::nullopt;
}

std::optional<CatchingUp> catching_up_of(const Rows& rows, std::size_t row) {
  if (!rows.boolean(row, 18)) {
    return std::nullopt;
  }
  return CatchingUp{
      .compared = rows.boolean(row, 19), .changes = rows.integer(row, 20), .tasks = rows.integer(row, 21)};
}

std::optional<RefusedDeletion> refused_deletion_of(const Rows& rows, std::size_t row) {
  if (rows.is_null(row, 22)) {
    return std::nullopt;
  }
  return RefusedDeletion{.unknown = rows.integer(row, 22),
                         .zones = rows.integer(row, 23),
                         .names = rows.texts(row, 24),
                         .refused_at = rows.timestamp(row, 25),
                         .confirmed_until = rows.optional_timestamp(row, 26)};
}

NameserverRecord record_of(const Rows& rows, std::size_t row) {
  std::optional<Bytes> secret;
  if (!rows.is_null(row, 11)) {
    const auto sealed = rows.bytea(row, 11);
    secret.emplace(sealed.begin(), sealed.end());
  }
  return {NameserverId(rows.uuid(row, 0)),
          PoolId(rows.uuid(row, 1)),
          {.name = rows.text(row, 2),
           .driver = rows.text(row, 3),
           .address = rows.text(row, 4),
           .port = static_cast<std::uint16_t>(rows.integer(row, 5)),
           .state = rows.text(row, 6),
           .view = {view_column(rows, row, 15), rows.text(row, 16)},
           .transfer_key = id_of<TsigKeyId>(rows.optional_uuid(row, 7)),
           .notify_key = id_of<TsigKeyId>(rows.optional_uuid(row, 8)),
           .allow_unsigned_soa = rows.boolean(row, 9),
           .settings_json = rows.text(row, 10),
           .enters_service = rows.boolean(row, 17),
           .secret_sealed = std::move(secret)},
          rows.integer(row, 12),
          rows.timestamp(row, 13),
          rows.optional_timestamp(row, 14),
          catching_up_of(rows, row),
          refused_deletion_of(rows, row)};
}

NameserverRecord write(Transaction& transaction, const char* sql, const NameserverId& id, const PoolId& pool,
                       const NameserverFields& fields) {
  const auto secret = fields.secret_sealed ? Param(ByteView(*fields.secret_sealed)) : Param(nullptr);
  std::vector<Connection::Statement> statements{
      {sql,
       {id.uuid(), fields.name, fields.driver, fields.address, std::int32_t{fields.port}, fields.state,
        uuid_of(fields.transfer_key), uuid_of(fields.notify_key), fields.allow_unsigned_soa, fields.settings_json,
        secret, pool.uuid(), std::int32_t{fields.view.id.number()}, fields.enters_service}}};
  add_event(statements, EventKind::nameserver, id.uuid());
  statements.push_back({select_nameserver.c_str(), {id.uuid()}});
  auto record = record_of(transaction.connection().execute_all(statements).back(), 0);
  transaction.commit();
  return record;
}

const char* sort_column(NameserverSort key) {
  switch (key) {
    case NameserverSort::created_at:
      return "n.created_at";
    case NameserverSort::id:
      return "n.id";
    case NameserverSort::updated_at:
      return "coalesce(n.updated_at, '-infinity')";
    case NameserverSort::name:
      return "n.name";
  }
  throw std::logic_error("no such sort key");
}

const char* sort_type(NameserverSort key) {
  return key == NameserverSort::id ? "uuid" : key == NameserverSort::name ? "text" : "timestamptz";
}

}  // namespace

NameserverRecord PostgresNameservers::create(const NameserverId& id, const PoolId& pool,
                                             const NameserverFields& fields) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  return write(transaction, insert_nameserver, id, pool, fields);
}

std::optional<NameserverRecord> PostgresNameservers::get(const NameserverId& id) {
  const auto rows = pool_.acquire()->execute(select_nameserver.c_str(), {id.uuid()});
  return rows.empty() ? std::nullopt : std::optional(record_of(rows, 0));
}

ListResult<NameserverRecord> PostgresNameservers::list(const NameserverQuery& query,
                                                       const ListRequest<NameserverId, NameserverSort>& request) {
  ListQuery list("nameservers n", "n.id");
  list.order_by(sort_column(request.key), sort_type(request.key), request.descending);
  list.where_text("n.name", query.name, true);
  if (query.pool) {
    list.where("n.pool_id = " + list.param(query.pool->uuid()));
  }
  if (query.state) {
    list.where("n.state = " + list.param(*query.state));
  }
  if (query.driver) {
    list.where("n.driver = " + list.param(*query.driver));
  }
  const auto page =
      list.run(*pool_.acquire(), nameserver_columns, std::string("nameservers n on n.id = page.id") + nameserver_joins,
               request.limit, uuid_of(request.marker), request.count);
  return result_of<NameserverRecord>(page, request, record_of);
}

std::optional<NameserverRecord> PostgresNameservers::update(const NameserverId& id,
                                                            const std::function<bool(NameserverRecord&)>& edit) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  const auto rows =
      connection->execute_all({{lock_nameserver, {id.uuid()}}, {select_nameserver.c_str(), {id.uuid()}}}).back();
  if (rows.empty()) {
    return std::nullopt;
  }
  auto record = record_of(rows, 0);
  const std::string state = record.fields.state;
  if (!edit(record)) {
    return record;
  }
  if (record.fields.state == "bootstrapping" && state != "bootstrapping") {
    connection->execute(begin_catching_up, {id.uuid()});
  }
  return write(transaction, update_nameserver, id, record.pool, record.fields);
}

bool PostgresNameservers::confirm_deletion(const NameserverId& id, std::int64_t zones, std::chrono::seconds life) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  std::vector<Connection::Statement> statements{
      {confirm_refused, {id.uuid(), zones, static_cast<std::int64_t>(life.count())}}};
  add_event(statements, EventKind::nameserver, id.uuid());  // its worker looks at once
  if (connection->execute_all(statements).front().affected() == 0) {
    return false;
  }
  transaction.commit();
  return true;
}

bool PostgresNameservers::remove(const NameserverId& id) {
  const auto connection = pool_.acquire();
  Transaction transaction(*connection);
  std::vector<Connection::Statement> statements{{delete_nameserver, {id.uuid()}}};
  add_event(statements, EventKind::nameserver, id.uuid());
  if (connection->execute_all(statements).front().affected() == 0) {
    return false;
  }
  transaction.commit();
  return true;
}

}  // namespace minidns::storage::postgres
