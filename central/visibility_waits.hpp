#pragma once

#include "api/visibility.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "storage/version_watch.hpp"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <unordered_map>
#include <vector>

namespace minidns::central {

/// Each holds a connection of the API, but no thread and no session of the database.
inline constexpr std::size_t visibility_waiters_max = 512;
/// The database is asked without a hint after this time: hints may be lost.
inline constexpr std::chrono::milliseconds visibility_poll{250};
/// Between two looks at least, and as long as the last one took: hints that come faster share a look.
inline constexpr std::chrono::milliseconds visibility_look_spacing{2};
/// How long the session stays open when nobody waits any more.
inline constexpr std::chrono::seconds visibility_linger{10};

/// Who waits for which version, and a thread that looks for all of them: once, whatever their number, for each hint of
/// a pool manager. While nobody waits it has no session and asks nothing.
class VisibilityWaits final : public api::VersionWaits {
 public:
  /// `waiters_max`: visibility_waiters_max or less. All must outlive this; `watch` is used by the thread only, but for
  /// its `wake`.
  VisibilityWaits(storage::VersionWatch& watch, std::size_t waiters_max, const Logger& log, Metrics& metrics);
  VisibilityWaits(const VisibilityWaits&) = delete;
  VisibilityWaits& operator=(const VisibilityWaits&) = delete;

  [[nodiscard]] std::optional<Ticket> begin(const ZoneId& zone, dns::Version version,
                                            std::function<void(api::WaitEnd)> ended) override;
  void end(Ticket ticket, api::WaitEnd reason) override;

 private:
  struct Waiter {
    ZoneId zone;
    dns::Version version;
    std::function<void(api::WaitEnd)> ended;
  };

  void run(const std::stop_token& stop);
  /// Until nobody has waited for some time.
  void watch_over(const std::stop_token& stop);
  [[nodiscard]] std::vector<ZoneId> zones_waited_for();
  void settle(const std::vector<ZoneId>& looked_at, const std::vector<storage::ZoneHorizon>& horizons);
  void remove(std::map<Ticket, Waiter>::iterator waiter, api::WaitEnd how);
  [[nodiscard]] const Counter& counter_of(api::WaitEnd end) const;

  storage::VersionWatch& watch_;
  const std::size_t waiters_max_;
  const Logger& log_;
  Gauge waiting_;
  std::array<Counter, 6> ended_;  ///< by WaitEnd
  Counter refused_;
  Histogram look_time_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable_any someone_waits_;
  std::map<Ticket, Waiter> waiters_;
  Ticket next_ticket_ = 1;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace minidns::central
