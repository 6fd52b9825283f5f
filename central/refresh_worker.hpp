#pragma once

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "central/announcer.hpp"
#include "central/key_vault.hpp"
#include "storage/signing_refresh.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace minidns::central {

/// Between two looks at what is due.
inline constexpr std::chrono::seconds refresh_interval{5};
/// Zones of one transaction: some statements and, with P-256, 3000 signatures.
inline constexpr std::size_t refresh_batch_zones = 1000;
/// A zone that can't be refreshed is tried again after this; it has days left.
inline constexpr std::chrono::seconds refresh_retry_delay{600};
/// Due for longer than this is late.
inline constexpr std::chrono::seconds refresh_late_after{3600};
/// Between two looks at the earliest expiry, which read all signed zones.
inline constexpr std::chrono::minutes expiry_interval{5};

/// Makes refresh versions (DESIGN.md §4, "Signature times"): the same content with a new T, as soon as a bucket of a
/// zone is due; and the key set's signatures for the slots ahead. On a thread of its own. Every central does; a zone
/// that two take at once is refreshed once.
class RefreshWorker {
 public:
  /// All must outlive this. Its end waits for the present batch.
  RefreshWorker(storage::SigningRefresh& refresh, KeyVault& vault, Announcer& announcer, const Logger& log,
                Metrics& metrics);
  RefreshWorker(const RefreshWorker&) = delete;
  RefreshWorker& operator=(const RefreshWorker&) = delete;

 private:
  void run(const std::stop_token& stop);
  void round(const std::stop_token& stop);
  /// False if there was nothing to do.
  [[nodiscard]] bool refresh_some();
  void measure();

  storage::SigningRefresh& refresh_;
  KeyVault& vault_;
  Announcer& announcer_;
  const Logger& log_;
  Counter refreshed_;
  Counter failed_;
  Gauge due_;
  Gauge late_;
  Gauge earliest_expiry_;
  Gauge clock_refused_;
  std::optional<std::chrono::steady_clock::time_point> measured_at_;

  std::jthread thread_;  // last: it uses all of the above
};

/// What a refresh makes of one zone. Pure but for the vault.
struct ZoneRefresh {
  storage::RefreshBatch::Refreshed version;
  std::vector<storage::NewApexSignature> signatures;
  /// Why signatures ahead could not be made: the version can be made all the same, while they last.
  std::optional<std::string> warning;
};
/// An error if the key set has no signature for its slot, and none can be made.
[[nodiscard]] dnssec::Result<ZoneRefresh> refresh_of(const storage::DueZone& zone, std::int64_t current_epoch,
                                                     WallTime now, KeyVault& vault);

}  // namespace minidns::central
