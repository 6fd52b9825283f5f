#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/list_query.hpp"

namespace minidns::api {

Result<Answer> list_service_statuses(const Exchange& exchange) {
  ListQuery query(exchange.call.target.query);
  const ServiceStatusFilter filter{query.pattern("hostname"), query.pattern("service_name"),
                                   query.word("status", service_state_words)};
  const auto request = query.page<InstanceId>(service_status_sort_words, false);
  if (const auto problem = query.finish()) {
    return *problem;
  }
  const auto page = exchange.ports.service_statuses.list(exchange.scope, filter, request);
  if (!page) {
    return page.error();
  }
  return list({"service_statuses", Counted::no}, *page, exchange.call);
}

Result<Answer> show_service_status(const Exchange& exchange) {
  const auto id = path_id<InstanceId>(exchange.call, 0, "service_id");
  if (!id) {
    return id.error();
  }
  const auto found = exchange.ports.service_statuses.get(exchange.scope, *id);
  if (!found) {
    return found.error();
  }
  return one(200, *found, exchange.call);
}

}  // namespace minidns::api
