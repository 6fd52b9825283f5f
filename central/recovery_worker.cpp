#include "central/recovery_worker.hpp"

#include "central/version_policy.hpp"
#include "central/worker.hpp"

#include <vector>

namespace minidns::central {

RecoveryWorker::RecoveryWorker(storage::Recovery& recovery, Announcer& announcer, const Logger& log, Metrics& metrics)
    : recovery_(recovery),
      announcer_(announcer),
      log_(log),
      recovered_(metrics.counter("minidns_central_recovery_versions_total",
                                 "Versions made because somebody was served what the database lost")),
      impossible_(metrics.counter("minidns_central_recoveries_impossible_total",
                                  "Zones of which no serial is newer than what was served")),
      lost_zones_(metrics.gauge("minidns_central_lost_zones",
                                "Zones that the database lost in a failover or restore and nobody has made again")),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void RecoveryWorker::run(const std::stop_token& stop) {
  do {
    (void)attempt(log_, "recovery", [&] { round(stop); });
  } while (wait(stop, recovery_interval));
}

void RecoveryWorker::round(const std::stop_token& stop) {
  if (const auto epoch = recovery_.open_epoch_if_set_back()) {
    log_.error("the database was set back and nobody said so: a new epoch was opened", {{"epoch", *epoch}});
  }
  settle_lost();
  while (!stop.stop_requested() && recover_some()) {
  }
}

void RecoveryWorker::settle_lost() {
  for (const auto& zone : recovery_.settle_lost(recovery_batch_zones)) {
    log_.error("a zone is missing in the database, but served: make it again, or let it go with `central zone forget`",
               {{"zone", zone.name.to_text()}, {"zone_id", zone.zone.to_string()}, {"serial", zone.serial.value()}});
  }
  lost_zones_.set(static_cast<double>(recovery_.count_lost()));
}

bool RecoveryWorker::recover_some() {
  const auto batch = recovery_.take(recovery_batch_zones);
  if (!batch) {
    return false;
  }
  std::vector<storage::RecoveryBatch::Recovered> recovered;
  for (const auto& zone : batch->zones()) {
    // The serial of a secondary zone is its primary's (DESIGN.md invariant 1).
    const bool is_ours = !zone.deleted && zone.kind == storage::ZoneKind::primary;
    const auto decision =
        is_ours ? decide_recovery(zone, batch->now()) : RecoveryDecision{RecoveryDecision::Kind::none, std::nullopt};
    if (decision.kind == RecoveryDecision::Kind::impossible) {
      impossible_.increment();
      log_.error("no serial is newer than all that were served of a zone",
                 {{"zone", zone.name.to_text()}, {"serial", zone.head.serial.value()}});
    }
    if (decision.stamp) {
      recovered.push_back({zone.zone, *decision.stamp});
      log_.warning("recovery version: what the database lost was served",
                   {{"zone", zone.name.to_text()},
                    {"version", decision.stamp->version.value()},
                    {"serial", decision.stamp->serial.value()},
                    {"version_before", zone.head.version.value()},
                    {"serial_before", zone.head.serial.value()}});
    }
  }
  batch->commit(recovered);
  recovered_.increment(static_cast<double>(recovered.size()));
  for (const auto& zone : recovered) {
    announcer_.committed(zone.zone, zone.stamp.version);
  }
  return true;
}

}  // namespace minidns::central
