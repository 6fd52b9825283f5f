#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/list_query.hpp"
#include "api/view_request.hpp"

namespace minidns::api {
namespace {

const std::string& view_name_of(const Call& call) {
  return call.path_values.at(0);
}

}  // namespace

/// All at once: they are few.
Result<Answer> list_views(const Exchange& exchange) {
  ListQuery query(exchange.call.target.query);
  if (const auto problem = query.finish()) {
    return *problem;
  }
  const auto views = exchange.ports.views.list(exchange.scope);
  if (!views) {
    return views.error();
  }
  boost::json::array items;
  for (const NamedView& view : *views) {
    items.push_back(render(view, exchange.call.base_url));
  }
  return list_answer({"views", Counted::no}, std::move(items), exchange.call, std::nullopt, std::nullopt);
}

Result<Answer> create_view(const Exchange& exchange) {
  const auto request = parse_new_view(exchange.call.body);
  if (!request) {
    return request.error();
  }
  const auto created = exchange.ports.views.create(exchange.scope, *request);
  if (!created) {
    return created.error();
  }
  return one(201, *created, exchange.call, Location::with);
}

Result<Answer> show_view(const Exchange& exchange) {
  const auto found = exchange.ports.views.get(exchange.scope, view_name_of(exchange.call));
  if (!found) {
    return found.error();
  }
  return one(200, *found, exchange.call);
}

Result<Answer> update_view(const Exchange& exchange) {
  const auto request = parse_view_change(exchange.call.body);
  if (!request) {
    return request.error();
  }
  const auto updated = exchange.ports.views.update(exchange.scope, view_name_of(exchange.call), *request);
  if (!updated) {
    return updated.error();
  }
  return one(200, *updated, exchange.call);
}

Result<Answer> remove_view(const Exchange& exchange) {
  const auto removed = exchange.ports.views.remove(exchange.scope, view_name_of(exchange.call));
  if (!removed) {
    return removed.error();
  }
  return empty_answer(204);
}

}  // namespace minidns::api
