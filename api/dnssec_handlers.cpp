#include "api/answers.hpp"
#include "api/dnssec_request.hpp"
#include "api/handlers.hpp"
#include "api/list_query.hpp"
#include "api/vocabulary.hpp"

namespace minidns::api {
namespace {

Result<ZoneId> zone_id_of(const Call& call) {
  return path_id<ZoneId>(call, 0, "zone_id");
}

const std::string& policy_name_of(const Call& call) {
  return call.path_values.at(0);
}

template <class View>
Result<Answer> shown(int status, const Result<View>& view, const Call& call, Location location = Location::without) {
  return view ? Result<Answer>(one(status, *view, call, location)) : Result<Answer>(view.error());
}

/// Does with the zone in the path what its port's `change` does with what the body asks for.
template <class Request, class Change>
Result<Answer> change_zone(const Exchange& exchange, int status, Result<Request> (*parse)(std::string_view),
                           Change change) {
  const auto id = zone_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  const auto request = parse(exchange.call.body);
  if (!request) {
    return request.error();
  }
  return shown(status, (exchange.ports.zone_dnssec.*change)(exchange.scope, *id, *request), exchange.call);
}

/// The pool or project in the path; its policy isn't there.
Result<DnssecDefault> default_of(const Call& call, DnssecDefault::Scope scope) {
  if (scope == DnssecDefault::Scope::pool) {
    const auto pool = path_id<PoolId>(call, 0, "pool_id");
    return pool ? Result<DnssecDefault>(DnssecDefault{scope, pool->to_string(), {}}) : pool.error();
  }
  const auto project = ProjectId::parse(call.path_values.at(0));
  return project ? Result<DnssecDefault>(DnssecDefault{scope, project->text(), {}})
                 : invalid_field({"project_id"}, "not a project");
}

Result<Answer> set_default(const Exchange& exchange, DnssecDefault::Scope scope) {
  auto value = default_of(exchange.call, scope);
  if (!value) {
    return value.error();
  }
  const auto policy = parse_dnssec_default(exchange.call.body);
  if (!policy) {
    return policy.error();
  }
  value->policy = *policy;
  return shown(200, exchange.ports.dnssec_policies.set_default(exchange.scope, *value), exchange.call);
}

Result<Answer> remove_default(const Exchange& exchange, DnssecDefault::Scope scope) {
  const auto which = default_of(exchange.call, scope);
  if (!which) {
    return which.error();
  }
  const auto removed = exchange.ports.dnssec_policies.remove_default(exchange.scope, *which);
  return removed ? Result<Answer>(empty_answer(204)) : Result<Answer>(removed.error());
}

}  // namespace

Result<Answer> list_dnssec_defaults(const Exchange& exchange) {
  ListQuery query(exchange.call.target.query);
  if (const auto problem = query.finish()) {
    return *problem;
  }
  const auto defaults = exchange.ports.dnssec_policies.defaults(exchange.scope);
  if (!defaults) {
    return defaults.error();
  }
  boost::json::array items;
  for (const DnssecDefault& value : *defaults) {
    items.push_back(render(value, exchange.call.base_url));
  }
  return list_answer({"defaults", Counted::no}, std::move(items), exchange.call, std::nullopt, std::nullopt);
}

Result<Answer> set_pool_dnssec_default(const Exchange& exchange) {
  return set_default(exchange, DnssecDefault::Scope::pool);
}

Result<Answer> remove_pool_dnssec_default(const Exchange& exchange) {
  return remove_default(exchange, DnssecDefault::Scope::pool);
}

Result<Answer> set_project_dnssec_default(const Exchange& exchange) {
  return set_default(exchange, DnssecDefault::Scope::project);
}

Result<Answer> remove_project_dnssec_default(const Exchange& exchange) {
  return remove_default(exchange, DnssecDefault::Scope::project);
}

/// All at once: they are few.
Result<Answer> list_dnssec_policies(const Exchange& exchange) {
  ListQuery query(exchange.call.target.query);
  if (const auto problem = query.finish()) {
    return *problem;
  }
  const auto policies = exchange.ports.dnssec_policies.list(exchange.scope);
  if (!policies) {
    return policies.error();
  }
  boost::json::array items;
  for (const DnssecPolicyView& policy : *policies) {
    items.push_back(render(policy, exchange.call.base_url));
  }
  return list_answer({"policies", Counted::no}, std::move(items), exchange.call, std::nullopt, std::nullopt);
}

Result<Answer> create_dnssec_policy(const Exchange& exchange) {
  const auto request = parse_new_dnssec_policy(exchange.call.body);
  if (!request) {
    return request.error();
  }
  return shown(201, exchange.ports.dnssec_policies.create(exchange.scope, *request), exchange.call, Location::with);
}

Result<Answer> show_dnssec_policy(const Exchange& exchange) {
  return shown(200, exchange.ports.dnssec_policies.get(exchange.scope, policy_name_of(exchange.call)), exchange.call);
}

Result<Answer> update_dnssec_policy(const Exchange& exchange) {
  const auto request = parse_dnssec_policy_change(exchange.call.body);
  if (!request) {
    return request.error();
  }
  return shown(200, exchange.ports.dnssec_policies.update(exchange.scope, policy_name_of(exchange.call), *request),
               exchange.call);
}

Result<Answer> remove_dnssec_policy(const Exchange& exchange) {
  const auto removed = exchange.ports.dnssec_policies.remove(exchange.scope, policy_name_of(exchange.call));
  return removed ? Result<Answer>(empty_answer(204)) : Result<Answer>(removed.error());
}

Result<Answer> show_zone_dnssec(const Exchange& exchange) {
  const auto id = zone_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  return shown(200, exchange.ports.zone_dnssec.get(exchange.scope, *id), exchange.call);
}

Result<Answer> sign_zone(const Exchange& exchange) {
  return change_zone(exchange, 200, parse_zone_signing, &ZoneDnssec::sign);
}

Result<Answer> unsign_zone(const Exchange& exchange) {
  const auto id = zone_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  ListQuery query(exchange.call.target.query);
  const auto force = query.word("force", boolean_words);
  if (const auto problem = query.finish()) {
    return *problem;
  }
  return shown(200, exchange.ports.zone_dnssec.unsign(exchange.scope, *id, force.value_or(false)), exchange.call);
}

Result<Answer> roll_zone_key(const Exchange& exchange) {
  return change_zone(exchange, 202, parse_roll, &ZoneDnssec::roll);
}

Result<Answer> change_zone_roll(const Exchange& exchange) {
  return change_zone(exchange, 200, parse_roll_change, &ZoneDnssec::pause_roll);
}

Result<Answer> cancel_zone_roll(const Exchange& exchange) {
  const auto id = zone_id_of(exchange.call);
  if (!id) {
    return id.error();
  }
  return shown(202, exchange.ports.zone_dnssec.cancel_roll(exchange.scope, *id), exchange.call);
}

Result<Answer> set_zone_foreign_dnskeys(const Exchange& exchange) {
  return change_zone(exchange, 200, parse_foreign_dnskeys, &ZoneDnssec::set_foreign_dnskeys);
}

Result<Answer> report_zone_ds(const Exchange& exchange) {
  return change_zone(exchange, 200, parse_ds_report, &ZoneDnssec::report_ds);
}

}  // namespace minidns::api
