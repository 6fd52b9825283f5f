#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/list_query.hpp"

namespace minidns::api {

Result<Answer> show_zone_sync(const Exchange& exchange) {
  const auto id = path_id<ZoneId>(exchange.call, 0, "zone_id");
  if (!id) {
    return id.error();
  }
  const auto zone = exchange.ports.sync.zone(exchange.scope, *id);
  if (!zone) {
    return zone.error();
  }
  return one(200, *zone, exchange.call);
}

Result<Answer> show_nameserver_sync(const Exchange& exchange) {
  const auto id = path_id<NameserverId>(exchange.call, 0, "nameserver_id");
  if (!id) {
    return id.error();
  }
  const auto nameserver = exchange.ports.sync.nameserver(exchange.scope, *id);
  if (!nameserver) {
    return nameserver.error();
  }
  return one(200, *nameserver, exchange.call);
}

Result<Answer> list_nameserver_exceptions(const Exchange& exchange) {
  const auto id = path_id<NameserverId>(exchange.call, 0, "nameserver_id");
  if (!id) {
    return id.error();
  }
  ListQuery query(exchange.call.target.query);
  const ZoneExceptionFilter filter{query.pattern("name"), query.word("status", zone_exception_words),
                                   query.word("task_status", task_status_words)};
  const auto request = query.page<ZoneId>(zone_exception_sort_words, !exchange.call.hide_counts);
  if (const auto problem = query.finish()) {
    return *problem;
  }
  const auto page = exchange.ports.sync.exceptions(exchange.scope, *id, filter, request);
  if (!page) {
    return page.error();
  }
  return list({"exceptions", Counted::yes}, *page, exchange.call);
}

}  // namespace minidns::api
