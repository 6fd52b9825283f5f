#include "mdns/follow/heartbeat.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace minidns::mdns {

HeartbeatLoop::HeartbeatLoop(storage::Instances& instances, NotifyCoordinator& coordinator, const DatabaseState& state,
                             const InstanceId& self, std::string address, const FollowMetrics& metrics,
                             const Clock& clock, const Logger& log)
    : instances_(instances),
      coordinator_(coordinator),
      state_(state),
      self_(self),
      address_(std::move(address)),
      metrics_(metrics),
      clock_(clock),
      log_(log) {}

void HeartbeatLoop::stop() {
  stopping_.store(true);
  coordinator_.wake();
}

void HeartbeatLoop::run() {
  while (!stopping_.load()) {
    const SteadyTime next_beat = clock_.steady() + interval;
    try {
      beat();
      announce_until(next_beat);
    } catch (const std::runtime_error& error) {  // of storage; whatever it was, the session is over
      lost(error.what());
    }
    while (!stopping_.load() && clock_.steady() < next_beat) {
      // What is announced while the database is away is lost: the others wait for us no longer than their limits say.
      (void)coordinator_.take_announcements(
          std::chrono::duration_cast<std::chrono::milliseconds>(next_beat - clock_.steady()));
    }
  }
  leave();
}

void HeartbeatLoop::beat() {
  const bool ready = state_.loaded.load();
  publish_live(instances_.beat({self_, "mdns", address_, state_.applied_seq.load(), ready}));
  beaten_at_ = clock_.steady();
}

void HeartbeatLoop::publish_live(const std::vector<storage::LiveInstance>& live) {
  coordinator_.set_live(live);
  metrics_.instances_live.set(static_cast<double>(
      std::count_if(live.begin(), live.end(), [](const auto& instance) { return instance.ready; })));
}

void HeartbeatLoop::announce_until(SteadyTime next_beat) {
  while (!stopping_.load()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next_beat - clock_.steady());
    if (left.count() <= 0) {
      return;
    }
    const auto waiting = coordinator_.take_announcements(left);
    if (!waiting.have.empty()) {
      instances_.announce_have(waiting.have);
    }
    if (!waiting.notified.empty()) {
      instances_.announce_notified(waiting.notified);
    }
  }
}

void HeartbeatLoop::lost(const std::string& reason) {
  log_.debug("heartbeat not written", {{"reason", reason}});
  // We don't hear from the others, nor they from us: each decides for itself.
  if (clock_.steady() - beaten_at_ > storage::instance_heartbeat_age_max) {
    publish_live({});
  }
}

void HeartbeatLoop::leave() {
  try {
    instances_.leave(self_);
  } catch (const std::runtime_error& error) {
    log_.debug("heartbeat's row left behind", {{"reason", error.what()}});
  }
}

}  // namespace minidns::mdns
