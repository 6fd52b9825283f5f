#include "central/visibility_waits.hpp"

#include "central/worker.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace minidns::central {
namespace {

using api::WaitEnd;
using std::chrono::steady_clock;

/// After the database failed.
constexpr std::chrono::seconds failure_pause{1};

constexpr const char* waits_name = "minidns_central_visibility_waits_total";
constexpr const char* waits_help = "Requests that waited for a version to be served, by how that ended";

Counter counter(Metrics& metrics, std::string_view result) {
  return metrics.counter(waits_name, waits_help, {{"result", std::string(result)}});
}

/// How the wait for `version` ended, if it did.
std::optional<WaitEnd> end_of(dns::Version version, const storage::ZoneHorizon& horizon) {
  if (horizon.visible && version <= *horizon.visible) {
    return WaitEnd::visible;
  }
  if (horizon.failed && version >= *horizon.failed) {
    return WaitEnd::failed;
  }
  return std::nullopt;
}

}  // namespace

VisibilityWaits::VisibilityWaits(storage::VersionWatch& watch, std::size_t waiters_max, const Logger& log,
                                 Metrics& metrics)
    : watch_(watch),
      waiters_max_(waiters_max),
      log_(log),
      waiting_(metrics.gauge("minidns_central_visibility_waiters", "Requests that wait for a version to be served")),
      ended_{counter(metrics, "visible"), counter(metrics, "failed"),      counter(metrics, "gone"),
             counter(metrics, "timeout"), counter(metrics, "client_left"), counter(metrics, "stopping")},
      refused_(counter(metrics, "refused")),
      look_time_(metrics.histogram("minidns_central_visibility_look_seconds",
                                   "Time of one look at the database for all who wait", latency_bounds_s())),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

std::optional<VisibilityWaits::Ticket> VisibilityWaits::begin(const ZoneId& zone, dns::Version version,
                                                              std::function<void(WaitEnd)> ended) {
  Ticket ticket = 0;
  {
    const std::scoped_lock lock(mutex_);
    if (waiters_.size() >= waiters_max_) {
      refused_.increment();
      return std::nullopt;
    }
    ticket = next_ticket_++;
    waiters_.emplace(ticket, Waiter{zone, version, std::move(ended)});
    waiting_.set(static_cast<double>(waiters_.size()));
  }
  // The version may have become visible since the caller looked: a look follows at once.
  someone_waits_.notify_one();
  watch_.wake();
  return ticket;
}

void VisibilityWaits::end(Ticket ticket, WaitEnd reason) {
  const std::scoped_lock lock(mutex_);
  if (const auto waiter = waiters_.find(ticket); waiter != waiters_.end()) {
    remove(waiter, reason);
  }
}

void VisibilityWaits::run(const std::stop_token& stop) {
  const std::stop_callback wake(stop, [this] { watch_.wake(); });
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      someone_waits_.wait(lock, stop, [this] { return !waiters_.empty(); });
    }
    const bool succeeded = attempt(log_, "visibility", [&] { watch_over(stop); });
    if (!succeeded && !wait(stop, failure_pause)) {
      return;
    }
  }
}

void VisibilityWaits::watch_over(const std::stop_token& stop) {
  auto waited_until = steady_clock::now();
  while (!stop.stop_requested()) {
    const auto zones = zones_waited_for();
    const auto start = steady_clock::now();
    if (!zones.empty()) {
      settle(zones, watch_.look(zones));
      waited_until = steady_clock::now();
      look_time_.observe(waited_until - start);
      const auto taken = std::chrono::ceil<std::chrono::milliseconds>(waited_until - start);
      static_cast<void>(wait(stop, std::max(visibility_look_spacing, taken)));
    } else if (start - waited_until > visibility_linger) {
      watch_.rest();
      return;
    }
    watch_.wait(visibility_poll);
  }
}

std::vector<ZoneId> VisibilityWaits::zones_waited_for() {
  std::vector<ZoneId> zones;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [ticket, waiter] : waiters_) {
      zones.push_back(waiter.zone);
    }
  }
  std::ranges::sort(zones);
  const auto repeated = std::ranges::unique(zones);
  zones.erase(repeated.begin(), repeated.end());
  return zones;
}

void VisibilityWaits::settle(const std::vector<ZoneId>& looked_at, const std::vector<storage::ZoneHorizon>& horizons) {
  std::map<ZoneId, const storage::ZoneHorizon*> found;
  for (const ZoneId& zone : looked_at) {
    found.emplace(zone, nullptr);
  }
  for (const auto& horizon : horizons) {
    found[horizon.zone] = &horizon;
  }
  const std::scoped_lock lock(mutex_);
  for (auto next = waiters_.begin(); next != waiters_.end();) {
    const auto waiter = next++;
    const auto zone = found.find(waiter->second.zone);
    if (zone == found.end()) {
      continue;  // it came while the database was asked
    }
    const auto how =
        zone->second == nullptr ? std::optional(WaitEnd::gone) : end_of(waiter->second.version, *zone->second);
    if (how) {
      waiter->second.ended(*how);  // under the lock: `end` promises that it isn't called afterwards
      remove(waiter, *how);
    }
  }
}

void VisibilityWaits::remove(std::map<Ticket, Waiter>::iterator waiter, WaitEnd how) {
  counter_of(how).increment();
  waiters_.erase(waiter);
  waiting_.set(static_cast<double>(waiters_.size()));
}

const Counter& VisibilityWaits::counter_of(WaitEnd end) const {
  return ended_.at(static_cast<std::size_t>(end));
}

}  // namespace minidns::central
