#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/list_query.hpp"
#include "api/recordset_request.hpp"

namespace minidns::api {
namespace {

/// The two ids of `/v2/zones/{zone}/recordsets/{recordset}`.
struct Place {
  ZoneId zone;
  RecordsetId recordset;
};

Result<Place> place_of(const Call& call) {
  const auto zone = path_id<ZoneId>(call, 0, "zone_id");
  if (!zone) {
    return zone.error();
  }
  const auto recordset = path_id<RecordsetId>(call, 1, "recordset_id");
  if (!recordset) {
    return recordset.error();
  }
  return Place{*zone, *recordset};
}

struct ListRequest {
  RecordsetFilter filter;
  RecordsetPageRequest page;
};

Result<ListRequest> parse_list_request(const Call& call) {
  ListQuery query(call.target.query);
  ListRequest request{{query.pattern("name"), query.rr_type("type"), query.ttl("ttl"), query.pattern("data"),
                       query.word("status", status_words), query.pattern("description"), query.pattern("view")},
                      query.page<RecordsetId>(recordset_sort_words, !call.hide_counts)};
  if (auto problem = query.finish()) {
    return std::move(*problem);
  }
  return request;
}

constexpr ListFrame frame{"recordsets", Counted::yes};

}  // namespace

Result<Answer> list_recordsets(const Exchange& exchange) {
  const auto zone = path_id<ZoneId>(exchange.call, 0, "zone_id");
  if (!zone) {
    return zone.error();
  }
  const auto request = parse_list_request(exchange.call);
  if (!request) {
    return request.error();
  }
  const auto page = exchange.ports.recordsets.list(exchange.scope, *zone, request->filter, request->page);
  if (!page) {
    return page.error();
  }
  return list(frame, *page, exchange.call);
}

Result<Answer> list_all_recordsets(const Exchange& exchange) {
  const auto request = parse_list_request(exchange.call);
  if (!request) {
    return request.error();
  }
  const auto page = exchange.ports.recordsets.list_all(exchange.scope, request->filter, request->page);
  if (!page) {
    return page.error();
  }
  return list(frame, *page, exchange.call);
}

Result<Answer> create_recordset(const Exchange& exchange) {
  const auto zone = path_id<ZoneId>(exchange.call, 0, "zone_id");
  if (!zone) {
    return zone.error();
  }
  const auto request = parse_new_recordset(exchange.call.body);
  if (!request) {
    return request.error();
  }
  const auto recordset = exchange.ports.recordsets.create(exchange.scope, *zone, *request);
  if (!recordset) {
    return recordset.error();
  }
  // Without records there is nothing to wait for.
  return one(recordset->records.empty() ? 201 : 202, *recordset, exchange.call, Location::with);
}

Result<Answer> show_recordset(const Exchange& exchange) {
  const auto place = place_of(exchange.call);
  if (!place) {
    return place.error();
  }
  const auto recordset =
      exchange.ports.recordsets.get(exchange.scope, place->zone, place->recordset, exchange.call.waited_for);
  if (!recordset) {
    return recordset.error();
  }
  return one(200, *recordset, exchange.call);
}

Result<std::optional<VersionWait>> recordset_wait(const Exchange& exchange) {
  const auto request = parse_wait_request(exchange.call.target.query);
  if (!request) {
    return request.error();
  }
  if (!*request) {
    return std::optional<VersionWait>();
  }
  const auto place = place_of(exchange.call);
  if (!place) {
    return place.error();
  }
  const auto recordset =
      exchange.ports.recordsets.get(exchange.scope, place->zone, place->recordset, (*request)->version);
  if (!recordset) {
    return recordset.error();
  }
  return std::optional(wait_for(**request, place->zone, recordset->visible.value()));
}

Result<Answer> update_recordset(const Exchange& exchange) {
  const auto place = place_of(exchange.call);
  if (!place) {
    return place.error();
  }
  const auto request = parse_recordset_change(exchange.call.body);
  if (!request) {
    return request.error();
  }
  const auto recordset = exchange.ports.recordsets.update(exchange.scope, place->zone, place->recordset, *request);
  if (!recordset) {
    return recordset.error();
  }
  return one(202, *recordset, exchange.call);
}

Result<Answer> remove_recordset(const Exchange& exchange) {
  const auto place = place_of(exchange.call);
  if (!place) {
    return place.error();
  }
  const auto recordset = exchange.ports.recordsets.remove(exchange.scope, place->zone, place->recordset);
  if (!recordset) {
    return recordset.error();
  }
  return one(202, *recordset, exchange.call);
}

Result<Answer> redirect_to_recordset(const Exchange& exchange) {
  const auto recordset = path_id<RecordsetId>(exchange.call, 0, "recordset_id");
  if (!recordset) {
    return recordset.error();
  }
  const auto zone = exchange.ports.recordsets.zone_of(exchange.scope, *recordset);
  if (!zone) {
    return zone.error();
  }
  Answer answer = empty_answer(301);
  answer.fields.push_back({"Location", exchange.call.base_url + "/v2/zones/" + zone->to_string() + "/recordsets/" +
                                           recordset->to_string()});
  return answer;
}

}  // namespace minidns::api
