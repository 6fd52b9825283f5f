#include "pool-manager/version_reports.hpp"

#include <algorithm>
#include <utility>

namespace minidns::pool {

void VersionReports::set_live(std::vector<storage::LiveInstance> instances) {
  const std::lock_guard lock(mutex_);
  live_ = std::move(instances);
  live_since_ = clock_.steady();
}

void VersionReports::report(const std::vector<storage::VersionAnnouncement>& announcements) {
  const std::lock_guard lock(mutex_);
  for (const storage::VersionAnnouncement& announcement : announcements) {
    const auto [zone, is_new] = zones_.try_emplace(announcement.zone);
    if (is_new) {
      order_.push_back(announcement.zone);
    }
    const auto [version, is_first] = zone->second.try_emplace(announcement.instance, announcement.version);
    if (!is_first) {
      version->second = std::max(version->second, announcement.version);
    }
    if (order_.size() > zones_max) {
      zones_.erase(order_.front());
      order_.pop_front();
    }
  }
}

/// With the mutex held.
bool VersionReports::knows_who_lives() const {
  return !live_.empty() && clock_.steady() - live_since_ <= list_age_max;
}

bool VersionReports::all_applied(std::int64_t seq) const {
  const std::lock_guard lock(mutex_);
  return knows_who_lives() &&
         std::ranges::all_of(live_, [seq](const storage::LiveInstance& instance) { return instance.feed_seq >= seq; });
}

bool VersionReports::all_have(const storage::ZoneChange& change) const {
  const std::lock_guard lock(mutex_);
  if (!knows_who_lives()) {
    return false;
  }
  const auto zone = zones_.find(change.zone);
  return std::ranges::all_of(live_, [&](const storage::LiveInstance& instance) {
    if (instance.feed_seq >= change.seq) {
      return true;
    }
    if (zone == zones_.end()) {
      return false;
    }
    const auto version = zone->second.find(instance.id);
    return version != zone->second.end() && version->second >= change.version;
  });
}

}  // namespace minidns::pool
