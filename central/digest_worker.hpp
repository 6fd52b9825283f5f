#pragma once

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "central/announcer.hpp"
#include "storage/digest_faults.hpp"

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <thread>

namespace minidns::central {

/// Between two looks at what instances reported.
inline constexpr std::chrono::milliseconds digest_interval{1000};
/// Zones of one transaction.
inline constexpr std::size_t digest_batch_zones = 500;

/// Burns serials (DESIGN.md, invariant 9): where two instances agree against the one that built a version first, that
/// one was at fault, and some nameservers may have what it made. The zone gets a version with the same content and the
/// next serial, which all build anew. On a thread of its own; every central does, a serial is burnt once.
class DigestWorker {
 public:
  /// All must outlive this. Its end waits for the present step.
  DigestWorker(storage::DigestFaults& faults, Announcer& announcer, const Logger& log, Metrics& metrics);
  DigestWorker(const DigestWorker&) = delete;
  DigestWorker& operator=(const DigestWorker&) = delete;

 private:
  void run(const std::stop_token& stop);
  /// False if there was nothing to do.
  [[nodiscard]] bool burn_some();

  storage::DigestFaults& faults_;
  Announcer& announcer_;
  const Logger& log_;
  Counter burnt_;
  Gauge reported_;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace minidns::central
