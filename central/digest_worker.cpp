#include "central/digest_worker.hpp"

#include "central/version_policy.hpp"
#include "central/worker.hpp"

#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

namespace minidns::central {
namespace {

/// Of a release "1.12.0-rc1": 1, 12, 0.
std::vector<std::int64_t> numbers_of(std::string_view build) {
  std::vector<std::int64_t> numbers;
  while (!build.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(build.data(), build.data() + build.size(), number);
    if (error != std::errc()) {
      break;
    }
    numbers.push_back(number);
    build.remove_prefix(static_cast<std::size_t>(end - build.data()));
    if (!build.starts_with('.')) {
      break;
    }
    build.remove_prefix(1);
  }
  return numbers;
}

}  // namespace

bool trips_breaker(std::int64_t zones, std::int64_t signed_zones) {
  return zones > breaker_zones_max || (zones >= breaker_zones_min && zones * 100 >= signed_zones * breaker_percent);
}

const std::string& newer_build(const std::string& a, const std::string& b) {
  return std::pair(numbers_of(a), a) < std::pair(numbers_of(b), b) ? b : a;
}

DigestWorker::DigestWorker(storage::DigestFaults& faults, Announcer& announcer, const Logger& log, Metrics& metrics)
    : faults_(faults),
      announcer_(announcer),
      log_(log),
      burnt_(metrics.counter("minidns_central_serials_burnt_total",
                             "Versions made because two mdns agreed against the one that built a version first")),
      reported_(metrics.gauge("minidns_central_quarantined_zones",
                              "Zones whose newest version some mdns doesn't serve: others made something else of it")),
      stopped_(
          metrics.gauge("minidns_central_stopped_builds",
                        "Releases of mdns that differ from an older one in many zones: they build no version first")),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void DigestWorker::run(const std::stop_token& stop) {
  do {
    (void)attempt(log_, "digests", [&] {
      stop_builds();
      while (!stop.stop_requested() && burn_some()) {
      }
      reported_.set(static_cast<double>(faults_.count_reported()));
    });
  } while (wait(stop, digest_interval));
}

void DigestWorker::stop_builds() {
  for (const auto& [reporter, first, zones] : faults_.differing()) {
    const std::string& newer = newer_build(reporter, first);
    if (trips_breaker(zones, faults_.count_signed()) && faults_.stop_build(newer, zones)) {
      log_.error("a release of mdns differs from an older one in many zones: it builds no version first any more",
                 {{"build", newer}, {"older", &newer == &reporter ? first : reporter}, {"zones", zones}});
    }
  }
  stopped_.set(static_cast<double>(faults_.count_stopped()));
}

bool DigestWorker::burn_some() {
  const auto batch = faults_.take(digest_batch_zones);
  if (!batch) {
    return false;
  }
  std::vector<storage::DisputeBatch::Burnt> burnt;
  for (const auto& zone : batch->zones()) {
    const auto stamp = next_stamp(zone.head, zone.head_epoch != batch->current_epoch(), batch->now());
    burnt.push_back({zone.zone, stamp});
    log_.error("serial burnt: instances agree against the one that built the version first",
               {{"zone", zone.name.to_text()},
                {"version", zone.head.version.value()},
                {"serial", zone.head.serial.value()},
                {"next_version", stamp.version.value()},
                {"next_serial", stamp.serial.value()},
                {"first", zone.first},
                {"others", zone.others}});
  }
  batch->commit(burnt);
  burnt_.increment(static_cast<double>(burnt.size()));
  for (const auto& zone : burnt) {
    announcer_.committed(zone.zone, zone.stamp.version);
  }
  return true;
}

}  // namespace minidns::central
