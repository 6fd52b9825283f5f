#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/list_query.hpp"
#include "api/zone_request.hpp"

namespace minidns::api {
namespace {

Result<ZoneId> zone_id_of(const Call& call) {
  return path_id<ZoneId>(call, 0, "zone_id");
}

/// Designate's answer to a task that has nothing to show: an empty string as JSON.
Answer task_accepted() {
  Answer answer = empty_answer(202);
  answer.body = "\"\"";
  return answer;
}

}  // namespace

Result<Answer> list_zones(const Exchange& exchange) {
  ListQuery query(exchange.call.target.query);
  const ZoneFilter filter{query.pattern("name"),
                          query.pattern("email"),
                          query.pattern("description"),
                          query.word("type", zone_type_words),
                          query.word("status", status_words),
                          query.ttl("ttl")};
  const auto request = query.page<ZoneId>(zone_sort_words, !exchange.call.hide_counts);
  if (const auto problem = query.finish()) {
    return *problem;
  }
  const auto page = exchange.ports.zones.list(exchange.scope, filter, request);
  if (!page) {
    return page.error();
  }
  return list({"zones", Counted::yes}, *page, exchange.call);
}

Result<Answer> create_zone(const Exchange& exchange) {
  const auto request = parse_new_zone(exchange.call.body);
  if (!request) {
    return request.error();
  }
  const auto zone = exchange.ports.zones.create(exchange.scope, *request);
  if (!zone) {
    return zone.error();
  }
  return one(202, *zone, exchange.call, Location::with);
}

Result<Answer> show_zone(const Exchange& exchange) {
  const auto id = zone_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto zone = exchange.ports.zones.get(exchange.scope, *id, exchange.call.waited_for);
  if (!zone) {
    return zone.error();
  }
  return one(200, *zone, exchange.call);
}

Result<std::optional<VersionWait>> zone_wait(const Exchange& exchange) {
  const auto request = parse_wait_request(exchange.call.target.query);
  if (!request) {
    return request.error();
  }
  if (!*request) {
    return std::optional<VersionWait>();
  }
  const auto id = zone_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto zone = exchange.ports.zones.get(exchange.scope, *id, (*request)->version);
  if (!zone) {
    return zone.error();
  }
  return std::optional(wait_for(**request, *id, zone->visible.value()));
}

Result<Answer> update_zone(const Exchange& exchange) {
  const auto id = zone_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto request = parse_zone_change(exchange.call.body);
  if (!request) {
    return request.error();
  }
  const auto zone = exchange.ports.zones.update(exchange.scope, *id, *request);
  if (!zone) {
    return zone.error();
  }
  return one(202, *zone, exchange.call);
}

Result<Answer> remove_zone(const Exchange& exchange) {
  const auto id = zone_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto zone = exchange.ports.zones.remove(exchange.scope, *id);
  if (!zone) {
    return zone.error();
  }
  return one(202, *zone, exchange.call);
}

Result<Answer> request_zone_transfer(const Exchange& exchange) {
  const auto id = zone_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto done = exchange.ports.zones.request_transfer(exchange.scope, *id);
  return done ? Result<Answer>(task_accepted()) : Result<Answer>(done.error());
}

Result<Answer> accept_zone_transfer(const Exchange& exchange) {
  const auto id = zone_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto done = exchange.ports.zones.accept_transfer(exchange.scope, *id);
  return done ? Result<Answer>(task_accepted()) : Result<Answer>(done.error());
}

Result<Answer> list_zone_nameservers(const Exchange& exchange) {
  const auto id = zone_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto records = exchange.ports.zones.nameservers(exchange.scope, *id);
  if (!records) {
    return records.error();
  }
  return json_answer(200, {{"nameservers", render(*records)}});
}

}  // namespace minidns::api
