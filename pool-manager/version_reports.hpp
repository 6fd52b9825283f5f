#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/version.hpp"
#include "storage/instances.hpp"
#include "storage/nameserver_work.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace minidns::pool {

/// Which mdns can transfer which version: the rule for forced transfers (DESIGN.md §4). Told by the hints that each
/// mdns sends, and once a second by the feed position of its heartbeat. When in doubt the answer is no. Safe on any
/// thread.
class VersionReports {
 public:
  /// Zones of which hints are remembered; the oldest are forgotten first. What is forgotten is told by heartbeats
  /// again.
  static constexpr std::size_t zones_max = 100'000;
  /// A list of instances that is older says nothing any more.
  static constexpr std::chrono::seconds list_age_max = storage::instance_heartbeat_age_max;

  /// `clock` must outlive this.
  explicit VersionReports(const Clock& clock) : clock_(clock) {}

  void set_live(std::vector<storage::LiveInstance> instances);
  void report(const std::vector<storage::VersionAnnouncement>& announcements);

  /// Whether every live mdns, and there is one, can transfer what the change wants.
  [[nodiscard]] bool all_have(const storage::ZoneChange& change) const;
  /// Whether every live mdns, and there is one, has applied the feed up to `seq`: keys and views as well as zones.
  [[nodiscard]] bool all_applied(std::int64_t seq) const;

 private:
  using Reports = std::map<InstanceId, dns::Version>;

  const Clock& clock_;
  [[nodiscard]] bool knows_who_lives() const;

  mutable std::mutex mutex_;  // guards what follows
  std::vector<storage::LiveInstance> live_;
  SteadyTime live_since_{};
  std::unordered_map<ZoneId, Reports> zones_;
  std::deque<ZoneId> order_;  ///< of zones_, oldest first
};

}  // namespace minidns::pool
