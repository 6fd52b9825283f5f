#include "central/digest_worker.hpp"

#include "central/version_policy.hpp"
#include "central/worker.hpp"

#include <vector>

namespace minidns::central {

DigestWorker::DigestWorker(storage::DigestFaults& faults, Announcer& announcer, const Logger& log, Metrics& metrics)
    : faults_(faults),
      announcer_(announcer),
      log_(log),
      burnt_(metrics.counter("minidns_central_serials_burnt_total",
                             "Versions made because two mdns agreed against the one that built a version first")),
      reported_(metrics.gauge("minidns_central_quarantined_zones",
                              "Zones whose newest version some mdns doesn't serve: others made something else of it")),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void DigestWorker::run(const std::stop_token& stop) {
  do {
    (void)attempt(log_, "digests", [&] {
      while (!stop.stop_requested() && burn_some()) {
      }
      reported_.set(static_cast<double>(faults_.count_reported()));
    });
  } while (wait(stop, digest_interval));
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
