#include "api/service.hpp"

#include "api/content_negotiation.hpp"
#include "api/problem_answer.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace minidns::api {
namespace {

// A DNS name or an IPv6 address in brackets, and a port.
constexpr std::size_t host_length_max = 255 + 6;

/// RFC 3986 §3.2.2, without what nobody needs: no user, no percent-encoding. It goes into links, so it must not hold
/// anything that could make them lead elsewhere.
bool is_host(std::string_view text) {
  const auto is_allowed = [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
  };
  return !text.empty() && text.size() <= host_length_max && std::all_of(text.begin(), text.end(), is_allowed);
}

Answer empty_ok(std::string allowed) {
  Answer answer;
  answer.fields.push_back({"Allow", std::move(allowed)});
  return answer;
}

Answer method_not_allowed(std::string allowed, const std::string& request_id) {
  Answer answer = render(Problem{ProblemType::method_not_allowed}, request_id);
  answer.fields.push_back({"Allow", std::move(allowed)});
  return answer;
}

/// What a guarded route's request must have, apart from being allowed.
Result<GuardedCall> guard(const HttpRequest& request, const GuardedHandler& handler, Call call,
                          const std::string& request_id) {
  if (!accepts_json(request)) {
    return Problem{ProblemType::unsupported_accept};
  }
  auto token = token_of(request);
  if (!token) {
    return token.error();
  }
  if (!*token) {
    return Problem{ProblemType::unauthorized};
  }
  auto wish = scope_wish_of(request, call.target);
  if (!wish) {
    return wish.error();
  }
  if (handler.body == Body::json && !has_json_body(request)) {
    return Problem{ProblemType::unsupported_content_type};
  }
  return GuardedCall{handler, std::move(call), std::move(**token), std::move(*wish), request_id};
}

bool hides_counts(const HttpRequest& request) {
  const auto values = request.values_of("OpenStack-DNS-Hide-Counts");
  return std::any_of(values.begin(), values.end(), parse_loose_boolean);
}

}  // namespace

GuardedCall after_wait(GuardedCall guarded, const VersionWait& wait) {
  guarded.call.waited_for = wait.version;
  return guarded;
}

Service::Service(const Ports& ports, const Logger& log, const ServerSettings& settings)
    : ports_(ports), log_(log), base_url_(settings.base_url), limits_(settings.limits) {}

Prepared Service::prepare(HttpRequest request, const std::string& request_id) const {
  auto target = parse_target(request.target);
  if (!target) {
    return {nullptr, render(target.error(), request_id)};
  }
  auto base_url = base_url_of(request, *target);
  if (!base_url) {
    return {nullptr, render(base_url.error(), request_id)};
  }
  if (target->path == "*" && request.method == Method::options) {
    return {nullptr, Answer{}};
  }
  auto match = find_route(request.method, target->path);
  if (!match) {
    return {nullptr, render(Problem{ProblemType::not_found}, request_id)};
  }
  if (request.method == Method::options) {
    return {nullptr, empty_ok(std::move(match->allowed))};
  }
  if (match->route == nullptr) {
    return {nullptr, method_not_allowed(std::move(match->allowed), request_id)};
  }
  Call call{std::move(*target),   std::move(match->path_values), std::move(request.body),
            std::move(*base_url), hides_counts(request),         limits_};
  if (const auto* open = std::get_if<OpenHandler>(&match->route->handler)) {
    return {match->route, (*open)(call)};
  }
  auto guarded = guard(request, std::get<GuardedHandler>(match->route->handler), std::move(call), request_id);
  if (!guarded) {
    return {match->route, render(guarded.error(), request_id)};
  }
  return {match->route, std::move(*guarded)};
}

std::variant<Answer, VersionWait> Service::begin(const GuardedCall& guarded) const {
  try {
    auto scope = authorize(guarded);
    if (auto* refusal = std::get_if<Answer>(&scope)) {
      return std::move(*refusal);
    }
    return begin_allowed(guarded, std::get<Scope>(scope));
  } catch (const std::exception& failure) {
    return unexpected(guarded, failure.what());
  }
}

std::variant<Answer, VersionWait> Service::begin_allowed(const GuardedCall& guarded, const Scope& scope) const {
  if (guarded.handler.wait == nullptr) {
    return run_handler(guarded, scope);
  }
  const auto wait = guarded.handler.wait(Exchange{guarded.call, scope, ports_});
  if (!wait) {
    return render(wait.error(), guarded.request_id);
  }
  if (!*wait) {
    return run_handler(guarded, scope);
  }
  if ((*wait)->time > std::chrono::milliseconds(0)) {
    return **wait;
  }
  return run_handler(after_wait(guarded, **wait), scope);
}

Answer Service::run(const GuardedCall& guarded) const {
  try {
    auto scope = authorize(guarded);
    if (auto* refusal = std::get_if<Answer>(&scope)) {
      return std::move(*refusal);
    }
    return run_handler(guarded, std::get<Scope>(scope));
  } catch (const std::exception& failure) {
    return unexpected(guarded, failure.what());
  }
}

Answer Service::run_handler(const GuardedCall& guarded, const Scope& scope) const {
  auto answer = guarded.handler.function(Exchange{guarded.call, scope, ports_});
  return answer ? std::move(*answer) : render(answer.error(), guarded.request_id);
}

/// A port must give its failures as values. This is a bug, but only this request's.
Answer Service::unexpected(const GuardedCall& guarded, const char* reason) const {
  log_.error("request failed unexpectedly", {{"request", guarded.request_id}, {"reason", reason}});
  return render(Problem{ProblemType::internal}, guarded.request_id);
}

std::variant<Answer, Scope> Service::authorize(const GuardedCall& guarded) const {
  const auto refusal = [&](const Problem& problem) { return render(problem, guarded.request_id); };
  const auto caller = ports_.authenticator.authenticate(guarded.token);
  if (!caller) {
    return refusal(caller.error());
  }
  if (!*caller) {
    return refusal(Problem{ProblemType::unauthorized});
  }
  if (guarded.handler.access == Access::admin && (*caller)->role != Role::admin) {
    return refusal(Problem{ProblemType::forbidden});
  }
  auto scope = grant(**caller, guarded.wish, guarded.request_id);
  if (!scope) {
    return bare_forbidden();
  }
  return *std::move(scope);
}

Result<std::string> Service::base_url_of(const HttpRequest& request, const Target& target) const {
  const auto hosts = request.values_of("Host");
  // RFC 9112 §3.2: exactly one in HTTP/1.1, also beside an absolute-form target.
  if (hosts.size() > 1 || (hosts.empty() && !request.is_http_1_0)) {
    return Problem{ProblemType::bad_request, "The request needs exactly one Host field"};
  }
  if (base_url_) {
    return *base_url_;
  }
  const std::string_view host = target.authority ? std::string_view(*target.authority)
                                                 : (hosts.empty() ? std::string_view("localhost") : hosts.front());
  if (!is_host(host)) {
    return Problem{ProblemType::bad_request, "The Host field is no host"};
  }
  return "http://" + std::string(host);
}

}  // namespace minidns::api
