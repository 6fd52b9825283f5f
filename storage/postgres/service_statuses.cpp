#include "storage/postgres/service_statuses.hpp"

#include "storage/postgres/list_result.hpp"

#include <stdexcept>

namespace minidns::storage::postgres {
namespace {

std::string beats() {
  return "i.heartbeated_at > now() - interval '" + std::to_string(ServiceStatuses::heartbeat_age_max.count()) +
         " seconds'";
}

const std::string service_columns =
    "i.id, i.program, coalesce(i.address, ''), i.ready, " + beats() + ", i.started_at, i.heartbeated_at";

const std::string select_service = "select " + service_columns + " from instances i where i.id = $1";

ServiceRecord record_of(const Rows& rows, std::size_t row) {
  return {InstanceId(rows.uuid(row, 0)), rows.text(row, 1),      rows.text(row, 2),     rows.boolean(row, 3),
          rows.boolean(row, 4),          rows.timestamp(row, 5), rows.timestamp(row, 6)};
}

std::string condition_of(ServiceState state) {
  switch (state) {
    case ServiceState::up:
      return beats() + " and i.ready";
    case ServiceState::warning:
      return beats() + " and not i.ready";
    case ServiceState::down:
      return "not (" + beats() + ")";
  }
  throw std::logic_error("no such state");
}

const char* sort_column(ServiceSort key) {
  switch (key) {
    case ServiceSort::created_at:
      return "i.started_at";
    case ServiceSort::id:
      return "i.id";
    case ServiceSort::updated_at:
      return "i.heartbeated_at";
    case ServiceSort::address:
      return "coalesce(i.address, '')";
    case ServiceSort::program:
      return "i.program";
  }
  throw std::logic_error("no such sort key");
}

const char* sort_type(ServiceSort key) {
  switch (key) {
    case ServiceSort::created_at:
    case ServiceSort::updated_at:
      return "timestamptz";
    case ServiceSort::id:
      return "uuid";
    case ServiceSort::address:
    case ServiceSort::program:
      return "text";
  }
  throw std::logic_error("no such sort key");
}

}  // namespace

std::optional<ServiceRecord> PostgresServiceStatuses::get(const InstanceId& id) {
  const auto rows = pool_.acquire()->execute(select_service.c_str(), {id.uuid()});
  return rows.empty() ? std::nullopt : std::optional(record_of(rows, 0));
}

ListResult<ServiceRecord> PostgresServiceStatuses::list(const ServiceQuery& query,
                                                        const ListRequest<InstanceId, ServiceSort>& request) {
  ListQuery list("instances i", "i.id");
  list.order_by(sort_column(request.key), sort_type(request.key), request.descending);
  list.where_text("coalesce(i.address, '')", query.address, true);
  list.where_text("i.program", query.program, false);
  if (query.state) {
    list.where(condition_of(*query.state));
  }
  const auto page = list.run(*pool_.acquire(), service_columns, "instances i on i.id = page.id", request.limit,
                             uuid_of(request.marker), request.count);
  return result_of<ServiceRecord>(page, request, record_of);
}

}  // namespace minidns::storage::postgres
