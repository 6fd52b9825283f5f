#pragma once

#include "api/problem.hpp"
#include "api/target.hpp"
#include "base/ids.hpp"
#include "dns/version.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

/// Who serves a zone's version, and waiting until enough do.
namespace minidns::api {

/// How far a zone's version, or a newer one, has come among the pool's nameservers that count.
struct VisibilityView {
  dns::Version version;
  std::int64_t served = 0;
  std::int64_t failed = 0;  ///< tried it too often; they are tried again
  std::int64_t needed = 0;
  std::int64_t nameservers = 0;

  [[nodiscard]] bool is_visible() const { return nameservers > 0 && served >= needed; }
  /// It can't become visible unless a nameserver that failed recovers.
  [[nodiscard]] bool has_failed() const { return !is_visible() && nameservers - failed < needed; }
};

/// What proxies usually wait for is a minute: theirs should not end first.
inline constexpr std::chrono::seconds visibility_wait_max{60};
inline constexpr std::chrono::seconds visibility_wait_default{30};

/// `wait=visible&timeout=SECONDS&version=VERSION` of a query.
struct WaitRequest {
  std::chrono::seconds timeout = visibility_wait_default;
  std::optional<dns::Version> version = {};  ///< nothing: the newest
};

/// Nothing if the query doesn't ask to wait; bad_request for values that make no sense.
[[nodiscard]] Result<std::optional<WaitRequest>> parse_wait_request(const std::vector<QueryParameter>& query);

/// What a request waits for: that enough nameservers serve the zone's `version` or a newer one.
struct VersionWait {
  ZoneId zone;
  dns::Version version;
  std::chrono::milliseconds time;  ///< at most; 0: there is nothing to wait for
};

/// The wait that `request` comes to, as things stand; `visibility` is of the version that it is about.
[[nodiscard]] VersionWait wait_for(const WaitRequest& request, const ZoneId& zone, const VisibilityView& visibility);

/// How a wait ended.
enum class WaitEnd {
  visible,
  failed,       ///< too many nameservers failed to take it
  gone,         ///< the zone, as far as the database goes
  timeout,      ///< the request's own
  client_left,  ///< it has closed the connection
  stopping      ///< this program is
};

/// Who waits for versions. Unlike the other ports it doesn't block: it may be called on I/O threads.
class VersionWaits {
 public:
  virtual ~VersionWaits() = default;

  using Ticket = std::uint64_t;
  /// Calls `ended` once, with visible, failed or gone, on a thread of its own, unless `end` came first; it must return
  /// at once and not call back. Nothing: too many wait.
  [[nodiscard]] virtual std::optional<Ticket> begin(const ZoneId& zone, dns::Version version,
                                                    std::function<void(WaitEnd)> ended) = 0;
  /// The wait ended for another reason. When this returns `ended` isn't called any more. Nothing happens if it was.
  virtual void end(Ticket ticket, WaitEnd reason) = 0;
};

}  // namespace minidns::api
