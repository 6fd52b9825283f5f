#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/list_query.hpp"
#include "api/nameserver_request.hpp"

namespace minidns::api {
namespace {

Result<NameserverId> nameserver_id_of(const Call& call) {
  return path_id<NameserverId>(call, 0, "nameserver_id");
}

}  // namespace

Result<Answer> list_nameservers(const Exchange& exchange) {
  ListQuery query(exchange.call.target.query);
  const NameserverFilter filter{query.pattern("name"), query.id<PoolId>("pool_id"),
                                query.word("state", nameserver_state_words), query.word("driver", driver_words)};
  const auto request = query.page<NameserverId>(nameserver_sort_words, false);
  if (const auto problem = query.finish()) {
    return *problem;
  }
  const auto page = exchange.ports.nameservers.list(exchange.scope, filter, request);
  if (!page) {
    return page.error();
  }
  return list({"nameservers", Counted::no}, *page, exchange.call);
}

Result<Answer> create_nameserver(const Exchange& exchange) {
  const auto request = parse_new_nameserver(exchange.call.body);
  if (!request) {
    return request.error();
  }
  const auto created = exchange.ports.nameservers.create(exchange.scope, *request);
  if (!created) {
    return created.error();
  }
  return one(201, *created, exchange.call, Location::with);
}

Result<Answer> show_nameserver(const Exchange& exchange) {
  const auto id = nameserver_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto found = exchange.ports.nameservers.get(exchange.scope, *id);
  if (!found) {
    return found.error();
  }
  return one(200, *found, exchange.call);
}

Result<Answer> update_nameserver(const Exchange& exchange) {
  const auto id = nameserver_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto request = parse_nameserver_change(exchange.call.body);
  if (!request) {
    return request.error();
  }
  const auto updated = exchange.ports.nameservers.update(exchange.scope, *id, *request);
  if (!updated) {
    return updated.error();
  }
  return one(200, *updated, exchange.call);
}

Result<Answer> confirm_nameserver_deletion(const Exchange& exchange) {
  const auto id = nameserver_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto zones = parse_deletion_confirmation(exchange.call.body);
  if (!zones) {
    return zones.error();
  }
  const auto confirmed = exchange.ports.nameservers.confirm_deletion(exchange.scope, *id, *zones);
  if (!confirmed) {
    return confirmed.error();
  }
  return one(200, *confirmed, exchange.call);
}

Result<Answer> remove_nameserver(const Exchange& exchange) {
  const auto id = nameserver_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto removed = exchange.ports.nameservers.remove(exchange.scope, *id);
  if (!removed) {
    return removed.error();
  }
  return empty_answer(204);
}

}  // namespace minidns::api
