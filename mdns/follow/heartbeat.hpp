#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "mdns/follow/database_state.hpp"
#include "mdns/metrics.hpp"
#include "mdns/notify/coordinator.hpp"
#include "storage/instances.hpp"

#include <atomic>
#include <chrono>
#include <string>

namespace minidns::mdns {

/// Says once a second that we live, learns who else does, and tells the others what the coordinator has for them. On a
/// thread of its own (`run`).
class HeartbeatLoop {
 public:
  HeartbeatLoop(storage::Instances& instances, NotifyCoordinator& coordinator, const DatabaseState& state,
                const InstanceId& self, std::string address, const FollowMetrics& metrics, const Clock& clock,
                const Logger& log);

  /// Until `stop`; then takes our row away, so that nobody waits for us.
  void run();
  void stop();

  static constexpr std::chrono::milliseconds interval{1000};

 private:
  void announce_until(SteadyTime next_beat);
  void beat();
  void publish_live(const std::vector<storage::LiveInstance>& live);
  void lost(const std::string& reason);
  void leave();

  storage::Instances& instances_;
  NotifyCoordinator& coordinator_;
  const DatabaseState& state_;
  const InstanceId self_;
  const std::string address_;
  const FollowMetrics& metrics_;
  const Clock& clock_;
  const Logger& log_;
  std::atomic<bool> stopping_{false};
  SteadyTime beaten_at_{};  // the last that succeeded; touched by `run`'s thread only
};

}  // namespace minidns::mdns
