#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "mdns/zone_entry.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace minidns::mdns {

/// What a NOTIFY is for.
struct NotifyJob {
  ZonePointer zone;
  bool with_soa = true;  ///< without, the receiver asks for the SOA whatever serial it has
  bool is_new = false;   ///< the zone just came: the nameserver may not know it yet
};

struct NotifyLimits {
  /// Sent and not answered, per nameserver: BIND asks 20 SOAs per second by default, more would only queue up there.
  std::size_t window = 64;
  /// Waiting, per nameserver. What doesn't fit is dropped: the pool manager asks for it again.
  std::size_t waiting_max = 100'000;
  int attempts_max = 5;
  /// The first repetition; doubles with each.
  std::chrono::milliseconds retry{1000};
};

/// The NOTIFYs for one nameserver: which to send now, which to repeat, which to give up. Pure: time comes in.
class TargetQueue {
 public:
  explicit TargetQueue(const NotifyLimits& limits) : limits_(limits) {}

  enum class Added { queued, replaced, dropped };
  /// A zone is in the queue once, with its newest version; one that is under way starts anew.
  Added add(NotifyJob job, SteadyTime now);

  struct Due {
    NotifyJob job;
    int attempt;  ///< 1 and up
  };
  struct Step {
    std::vector<Due> send;
    std::vector<NotifyJob> given_up;
  };
  [[nodiscard]] Step step(SteadyTime now);
  /// Answered for good, or not worth another try; for one that `step` gave out.
  void done(const ZoneId& zone, SteadyTime now);

  /// When `step` has something to do; nothing if it waits for `add` or `done` only.
  [[nodiscard]] std::optional<SteadyTime> next_deadline() const;
  /// Waiting and under way.
  [[nodiscard]] std::size_t size() const { return jobs_.size(); }

 private:
  struct State {
    NotifyJob job;
    bool in_window = false;  // else in waiting_
    int attempts = 0;
    SteadyTime deadline{};  // where in_window
  };

  void begin_waiting(SteadyTime now);

  const NotifyLimits limits_;
  std::unordered_map<ZoneId, State> jobs_;
  std::deque<ZoneId> waiting_;
  std::set<std::pair<SteadyTime, ZoneId>> deadlines_;  // of those in the window
};

}  // namespace minidns::mdns
