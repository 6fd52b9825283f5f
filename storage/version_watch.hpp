#pragma once

#include "base/ids.hpp"
#include "dns/version.hpp"

#include <chrono>
#include <optional>
#include <vector>

namespace minidns::storage {

/// How far a zone has come among the nameservers of its pool that count.
struct ZoneHorizon {
  ZoneId zone;
  std::optional<dns::Version> visible;  ///< the newest that enough of them serve
  std::optional<dns::Version> failed;   ///< the oldest that too many of them failed to take
};

/// Looks after zones that somebody waits for, on a session of its own: for one thread, but for `wake`. Calls block and
/// throw postgres::Unavailable and postgres::StatementError; the next call then connects anew.
class VersionWatch {
 public:
  virtual ~VersionWatch() = default;

  /// One statement, whatever the number of `zones`; one row each. Zones that are gone are left out. Listens for hints
  /// from the first call on, so that nothing is missed between a look and the `wait` after it.
  [[nodiscard]] virtual std::vector<ZoneHorizon> look(const std::vector<ZoneId>& zones) = 0;
  /// Until a pool manager has saved progress, `wake` was called, or `timeout` has passed.
  virtual void wait(std::chrono::milliseconds timeout) = 0;
  /// On any thread: ends the present `wait`, or the next one.
  virtual void wake() = 0;
  /// Closes the session until the next `look`.
  virtual void rest() = 0;
};

}  // namespace minidns::storage
