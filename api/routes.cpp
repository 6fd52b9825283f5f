#include "api/routes.hpp"

#include <algorithm>
#include <array>

namespace minidns::api {
namespace {

using enum Method;

constexpr GuardedHandler member(Result<Answer> (*function)(const Exchange&), Body body = Body::none) {
  return {Access::member, body, function};
}

constexpr GuardedHandler waiting_member(Result<Answer> (*function)(const Exchange&),
                                        Result<std::optional<VersionWait>> (*wait)(const Exchange&)) {
  return {Access::member, Body::none, function, wait};
}

constexpr GuardedHandler admin(Result<Answer> (*function)(const Exchange&), Body body = Body::none) {
  return {Access::admin, body, function};
}

constexpr std::array table{
    Route{get, "/", &show_versions},
    Route{get, "/healthcheck", &show_health},
    Route{get, "/openapi.json", &show_openapi},

    Route{get, "/v2/limits", member(&show_limits)},

    Route{get, "/v2/zones", member(&list_zones)},
    Route{post, "/v2/zones", member(&create_zone, Body::json)},
    Route{get, "/v2/zones/{zone_id}", waiting_member(&show_zone, &zone_wait)},
    Route{patch, "/v2/zones/{zone_id}", member(&update_zone, Body::json)},
    Route{Method::remove, "/v2/zones/{zone_id}", member(&remove_zone)},
    Route{get, "/v2/zones/{zone_id}/nameservers", member(&list_zone_nameservers)},
    Route{get, "/v2/zones/{zone_id}/sync", member(&show_zone_sync)},
    Route{post, "/v2/zones/{zone_id}/tasks/xfr", member(&request_zone_transfer)},
    Route{post, "/v2/zones/{zone_id}/tasks/accept_transfer", admin(&accept_zone_transfer)},

    Route{get, "/v2/zones/{zone_id}/dnssec", member(&show_zone_dnssec)},
    Route{put, "/v2/zones/{zone_id}/dnssec", member(&sign_zone, Body::json)},
    Route{Method::remove, "/v2/zones/{zone_id}/dnssec", member(&unsign_zone)},
    Route{post, "/v2/zones/{zone_id}/dnssec/roll", member(&roll_zone_key, Body::json)},
    Route{patch, "/v2/zones/{zone_id}/dnssec/roll", member(&change_zone_roll, Body::json)},
    Route{Method::remove, "/v2/zones/{zone_id}/dnssec/roll", member(&cancel_zone_roll)},
    Route{put, "/v2/zones/{zone_id}/dnssec/foreign_dnskeys", member(&set_zone_foreign_dnskeys, Body::json)},
    Route{post, "/v2/zones/{zone_id}/dnssec/ds", member(&report_zone_ds, Body::json)},

    Route{get, "/v2/zones/{zone_id}/recordsets", member(&list_recordsets)},
    Route{post, "/v2/zones/{zone_id}/recordsets", member(&create_recordset, Body::json)},
    Route{get, "/v2/zones/{zone_id}/recordsets/{recordset_id}", waiting_member(&show_recordset, &recordset_wait)},
    Route{put, "/v2/zones/{zone_id}/recordsets/{recordset_id}", member(&update_recordset, Body::json)},
    Route{Method::remove, "/v2/zones/{zone_id}/recordsets/{recordset_id}", member(&remove_recordset)},
    Route{get, "/v2/recordsets", member(&list_all_recordsets)},
    Route{get, "/v2/recordsets/{recordset_id}", member(&redirect_to_recordset)},

    Route{get, "/v2/pools", admin(&list_pools)},
    Route{post, "/v2/pools", admin(&create_pool, Body::json)},
    Route{get, "/v2/pools/{pool_id}", admin(&show_pool)},
    Route{patch, "/v2/pools/{pool_id}", admin(&update_pool, Body::json)},
    Route{Method::remove, "/v2/pools/{pool_id}", admin(&remove_pool)},

    Route{get, "/v2/nameservers", admin(&list_nameservers)},
    Route{post, "/v2/nameservers", admin(&create_nameserver, Body::json)},
    Route{get, "/v2/nameservers/{nameserver_id}", admin(&show_nameserver)},
    Route{patch, "/v2/nameservers/{nameserver_id}", admin(&update_nameserver, Body::json)},
    Route{Method::remove, "/v2/nameservers/{nameserver_id}", admin(&remove_nameserver)},
    Route{post, "/v2/nameservers/{nameserver_id}/tasks/confirm_deletion",
          admin(&confirm_nameserver_deletion, Body::json)},
    Route{get, "/v2/nameservers/{nameserver_id}/sync", admin(&show_nameserver_sync)},
    Route{get, "/v2/nameservers/{nameserver_id}/exceptions", admin(&list_nameserver_exceptions)},

    Route{get, "/v2/tsigkeys", admin(&list_tsig_keys)},
    Route{post, "/v2/tsigkeys", admin(&create_tsig_key, Body::json)},
    Route{get, "/v2/tsigkeys/{tsigkey_id}", admin(&show_tsig_key)},
    Route{patch, "/v2/tsigkeys/{tsigkey_id}", admin(&update_tsig_key, Body::json)},
    Route{Method::remove, "/v2/tsigkeys/{tsigkey_id}", admin(&remove_tsig_key)},

    Route{get, "/v2/views", member(&list_views)},
    Route{post, "/v2/views", admin(&create_view, Body::json)},
    Route{get, "/v2/views/{view_name}", member(&show_view)},
    Route{patch, "/v2/views/{view_name}", admin(&update_view, Body::json)},
    Route{Method::remove, "/v2/views/{view_name}", admin(&remove_view)},

    Route{get, "/v2/dnssec/defaults", admin(&list_dnssec_defaults)},
    Route{put, "/v2/dnssec/defaults/pools/{pool_id}", admin(&set_pool_dnssec_default, Body::json)},
    Route{Method::remove, "/v2/dnssec/defaults/pools/{pool_id}", admin(&remove_pool_dnssec_default)},
    Route{put, "/v2/dnssec/defaults/projects/{project_id}", admin(&set_project_dnssec_default, Body::json)},
    Route{Method::remove, "/v2/dnssec/defaults/projects/{project_id}", admin(&remove_project_dnssec_default)},
    Route{get, "/v2/dnssec/policies", member(&list_dnssec_policies)},
    Route{post, "/v2/dnssec/policies", admin(&create_dnssec_policy, Body::json)},
    Route{get, "/v2/dnssec/policies/{policy_name}", member(&show_dnssec_policy)},
    Route{patch, "/v2/dnssec/policies/{policy_name}", admin(&update_dnssec_policy, Body::json)},
    Route{Method::remove, "/v2/dnssec/policies/{policy_name}", admin(&remove_dnssec_policy)},

    Route{get, "/v2/service_statuses", admin(&list_service_statuses)},
    Route{get, "/v2/service_statuses/{service_id}", admin(&show_service_status)},
    // Designate's older spelling, which some clients still use.
    Route{get, "/v2/service_status", admin(&list_service_statuses)},
    Route{get, "/v2/service_status/{service_id}", admin(&show_service_status)},
};

/// Takes the first segment, and the slash before it, off a path.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// What stands for the braces of `pattern`; nothing if `path` is another.
std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string> values;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view segment = take_segment(path);
    if (wanted.starts_with('{') && !segment.empty()) {
      values.emplace_back(segment);
    } else if (wanted != segment) {
      return std::nullopt;
    }
  }
  return pattern.empty() && path.empty() ? std::optional(std::move(values)) : std::nullopt;
}

}  // namespace

std::span<const Route> routes() {
  return table;
}

std::optional<RouteMatch> find_route(Method method, std::string_view path) {
  if (!path.starts_with('/')) {
    return std::nullopt;
  }
  const Method wanted = method == head ? get : method;
  std::optional<RouteMatch> found;
  for (const Route& route : table) {
    auto values = match(route.pattern, path);
    if (!values) {
      continue;
    }
    if (!found) {
      found = RouteMatch{nullptr, std::move(*values), {}};
    }
    if (route.method == wanted) {
      found->route = &route;
    }
    found->allowed += std::string(to_text(route.method)) + (route.method == get ? ", HEAD, " : ", ");
  }
  if (found) {
    found->allowed += to_text(options);
  }
  return found;
}

std::string_view to_text(Method method) {
  switch (method) {
    case get:
      return "GET";
    case head:
      return "HEAD";
    case post:
      return "POST";
    case put:
      return "PUT";
    case patch:
      return "PATCH";
    case Method::remove:
      return "DELETE";
    case options:
      return "OPTIONS";
    case other:
      break;
  }
  return "other";
}

}  // namespace minidns::api
