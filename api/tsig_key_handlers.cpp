#include "api/answers.hpp"
#include "api/handlers.hpp"
#include "api/list_query.hpp"
#include "api/tsig_key_request.hpp"

namespace minidns::api {
namespace {

Result<TsigKeyId> tsigkey_id_of(const Call& call) {
  return path_id<TsigKeyId>(call, 0, "tsigkey_id");
}

}  // namespace

Result<Answer> list_tsig_keys(const Exchange& exchange) {
  ListQuery query(exchange.call.target.query);
  const TsigKeyFilter filter{query.pattern("name"), query.word("algorithm", key_algorithm_words),
                             query.word("scope", tsig_key_scope_words), query.pattern("view")};
  const auto request = query.page<TsigKeyId>(tsig_key_sort_words, false);
  if (const auto problem = query.finish()) {
    return *problem;
  }
  const auto page = exchange.ports.tsig_keys.list(exchange.scope, filter, request);
  if (!page) {
    return page.error();
  }
  return list({"tsigkeys", Counted::no}, *page, exchange.call);
}

Result<Answer> create_tsig_key(const Exchange& exchange) {
  const auto request = parse_new_tsig_key(exchange.call.body);
  if (!request) {
    return request.error();
  }
  const auto created = exchange.ports.tsig_keys.create(exchange.scope, *request);
  if (!created) {
    return created.error();
  }
  return one(201, *created, exchange.call, Location::with);
}

Result<Answer> show_tsig_key(const Exchange& exchange) {
  const auto id = tsigkey_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto found = exchange.ports.tsig_keys.get(exchange.scope, *id);
  if (!found) {
    return found.error();
  }
  return one(200, *found, exchange.call);
}

Result<Answer> update_tsig_key(const Exchange& exchange) {
  const auto id = tsigkey_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto request = parse_tsig_key_change(exchange.call.body);
  if (!request) {
    return request.error();
  }
  const auto updated = exchange.ports.tsig_keys.update(exchange.scope, *id, *request);
  if (!updated) {
    return updated.error();
  }
  return one(200, *updated, exchange.call);
}

Result<Answer> remove_tsig_key(const Exchange& exchange) {
  const auto id = tsigkey_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto removed = exchange.ports.tsig_keys.remove(exchange.scope, *id);
  if (!removed) {
    return removed.error();
  }
  return empty_answer(204);
}

}  // namespace minidns::api
