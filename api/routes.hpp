#pragma once

#include "api/handlers.hpp"
#include "api/http_message.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace minidns::api {

/// Who may use a route that isn't open.
enum class Access { member, admin };
/// Whether a request has a JSON body.
enum class Body { none, json };

/// Needs no token; answered on the I/O thread.
using OpenHandler = Answer (*)(const Call&);

/// Needs a token; answered on a database thread.
struct GuardedHandler {
  Access access;
  Body body;
  Result<Answer> (*function)(const Exchange&);
  /// For requests that may wait for a version: what they wait for before `function` is called; nothing if they don't
  /// ask to. Null: never.
  Result<std::optional<VersionWait>> (*wait)(const Exchange&) = nullptr;
};

struct Route {
  Method method;
  std::string_view pattern;  ///< `/v2/zones/{zone_id}`: a segment in braces takes anything
  std::variant<OpenHandler, GuardedHandler> handler;
};

/// All of them; no two match the same request.
[[nodiscard]] std::span<const Route> routes();

/// A path that is in the table.
struct RouteMatch {
  const Route* route;  ///< null if none of the path's routes has the method
  std::vector<std::string> path_values;
  std::string allowed;  ///< for the field Allow: `GET, HEAD, OPTIONS`
};

/// `path` without slashes at its end. HEAD finds the route of GET.
[[nodiscard]] std::optional<RouteMatch> find_route(Method method, std::string_view path);

[[nodiscard]] std::string_view to_text(Method method);

}  // namespace minidns::api
