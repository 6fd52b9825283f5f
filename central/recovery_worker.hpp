#pragma once

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "central/announcer.hpp"
#include "storage/recovery.hpp"

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <thread>

namespace minidns::central {

/// Between two looks at what was reported: a failover's lost versions are healed within about a second after they were
/// reported.
inline constexpr std::chrono::milliseconds recovery_interval{1000};
/// Zones of one transaction: tens of milliseconds, and few locks.
inline constexpr std::size_t recovery_batch_zones = 500;

/// Heals what the database lost in a failover or restore (DESIGN.md §3, "Epoch"), on a thread of its own: a zone of
/// which an mdns or a nameserver has a version that the database lacks gets a recovery version, newer than all of them,
/// with the content that the database has; also if nobody ever changes it again. Zones that the database lost
/// altogether are counted and named for a person. Every central does; a zone that two take at once is healed once.
class RecoveryWorker {
 public:
  /// All must outlive this. Its end waits for the present step.
  RecoveryWorker(storage::Recovery& recovery, Announcer& announcer, const Logger& log, Metrics& metrics);
  RecoveryWorker(const RecoveryWorker&) = delete;
  RecoveryWorker& operator=(const RecoveryWorker&) = delete;

 private:
  void run(const std::stop_token& stop);
  void round(const std::stop_token& stop);
  void settle_lost();
  /// False if there was nothing to do.
  [[nodiscard]] bool recover_some();

  storage::Recovery& recovery_;
  Announcer& announcer_;
  const Logger& log_;
  Counter recovered_;
  Counter impossible_;
  Gauge lost_zones_;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace minidns::central
