#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/list_query.hpp"
#include "api/pool_request.hpp"

namespace minidns::api {
namespace {

Result<PoolId> pool_id_of(const Call& call) {
  return path_id<PoolId>(call, 0, "pool_id");
}

}  // namespace

Result<Answer> list_pools(const Exchange& exchange) {
  ListQuery query(exchange.call.target.query);
  const PoolFilter filter{query.pattern("name")};
  const auto request = query.page<PoolId>(pool_sort_words, false);
  if (const auto problem = query.finish()) {
    return *problem;
  }
  const auto page = exchange.ports.pools.list(exchange.scope, filter, request);
  if (!page) {
    return page.error();
  }
  return list({"pools", Counted::no}, *page, exchange.call);
}

Result<Answer> create_pool(const Exchange& exchange) {
  const auto request = parse_new_pool(exchange.call.body);
  if (!request) {
    return request.error();
  }
  const auto created = exchange.ports.pools.create(exchange.scope, *request);
  if (!created) {
    return created.error();
  }
  return one(201, *created, exchange.call, Location::with);
}

Result<Answer> show_pool(const Exchange& exchange) {
  const auto id = pool_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto found = exchange.ports.pools.get(exchange.scope, *id);
  if (!found) {
    return found.error();
  }
  return one(200, *found, exchange.call);
}

Result<Answer> update_pool(const Exchange& exchange) {
  const auto id = pool_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto request = parse_pool_change(exchange.call.body);
  if (!request) {
    return request.error();
  }
  const auto updated = exchange.ports.pools.update(exchange.scope, *id, *request);
  if (!updated) {
    return updated.error();
  }
  return one(202, *updated, exchange.call);
}

Result<Answer> remove_pool(const Exchange& exchange) {
  const auto id = pool_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto removed = exchange.ports.pools.remove(exchange.scope, *id);
  if (!removed) {
    return removed.error();
  }
  return empty_answer(204);
}

}  // namespace minidns::api
