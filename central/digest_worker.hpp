#pragma once

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "central/announcer.hpp"
#include "storage/digest_faults.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <stop_token>
#include <string>
#include <thread>

namespace minidns::central {

/// Between two looks at what instances reported.
inline constexpr std::chrono::milliseconds digest_interval{1000};
/// Zones of one transaction.
inline constexpr std::size_t digest_batch_zones = 500;

/// A release that differs from another in more zones than this, or in this share of all signed zones, within
/// `DigestFaults::differing_age_max`, is at fault as a whole; or the other is. The newer one is stopped.
inline constexpr std::int64_t breaker_zones_max = 10;
inline constexpr std::int64_t breaker_percent = 1;
/// So few zones are no pattern, whatever their share.
inline constexpr std::int64_t breaker_zones_min = 3;

/// Whether so many are too many.
[[nodiscard]] bool trips_breaker(std::int64_t zones, std::int64_t signed_zones);
/// The newer of two releases: by their numbers between dots, then as text.
[[nodiscard]] const std::string& newer_build(const std::string& a, const std::string& b);

/// Burns serials (DESIGN.md, invariant 9): where two instances agree against the one that built a version first, that
/// one was at fault, and some nameservers may have what it made. The zone gets a version with the same content and the
/// next serial, which all build anew. And stops a new release
/// that differs from an older one in many zones from building versions first. On a thread of its own; every central
/// does, a serial is burnt once.
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
  void stop_builds();

  storage::DigestFaults& faults_;
  Announcer& announcer_;
  const Logger& log_;
  Counter burnt_;
  Gauge reported_;
  Gauge stopped_;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace minidns::central
