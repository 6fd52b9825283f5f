#pragma once

#include "api/call.hpp"
#include "api/http_message.hpp"
#include "api/ports.hpp"
#include "api/routes.hpp"
#include "api/scope.hpp"
#include "api/settings.hpp"
#include "base/log.hpp"

#include <optional>
#include <string>
#include <variant>

namespace minidns::api {

/// A request that needs the database: what `Service::run` goes on with.
struct GuardedCall {
  GuardedHandler handler;
  Call call;
  std::string token;
  ScopeWish wish;
  std::string request_id;
};

/// The call when `wait` has ended: it tells of the version that was waited for.
[[nodiscard]] GuardedCall after_wait(GuardedCall guarded, const VersionWait& wait);

/// What a request came to without the database.
struct Prepared {
  const Route* route;  ///< null if it found none; for metrics
  std::variant<Answer, GuardedCall> outcome;
};

/// From a request to an answer, without sockets. Immutable; safe on every thread.
class Service {
 public:
  Service(const Ports& ports, const Logger& log, const ServerSettings& settings);

  /// Everything that doesn't block: the target, the route, what may be said about headers. For I/O threads.
  [[nodiscard]] Prepared prepare(HttpRequest request, const std::string& request_id) const;

  /// Authenticates and does the rest, or says what is to be waited for first. Blocks; for a database worker thread.
  [[nodiscard]] std::variant<Answer, VersionWait> begin(const GuardedCall& guarded) const;
  /// The same without waiting.
  [[nodiscard]] Answer run(const GuardedCall& guarded) const;

 private:
  [[nodiscard]] Result<std::string> base_url_of(const HttpRequest& request, const Target& target) const;
  [[nodiscard]] std::variant<Answer, Scope> authorize(const GuardedCall& guarded) const;
  [[nodiscard]] std::variant<Answer, VersionWait> begin_allowed(const GuardedCall& guarded, const Scope& scope) const;
  [[nodiscard]] Answer run_handler(const GuardedCall& guarded, const Scope& scope) const;
  [[nodiscard]] Answer unexpected(const GuardedCall& guarded, const char* reason) const;

  Ports ports_;
  const Logger& log_;
  std::optional<std::string> base_url_;
  Limits limits_;
};

}  // namespace minidns::api
