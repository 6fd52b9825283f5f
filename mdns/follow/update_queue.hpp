#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/worker_pool.hpp"
#include "dns/version.hpp"
#include "mdns/zone_index.hpp"
#include "mdns/zone_updater.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace minidns::mdns {

/// The zones that have changed and aren't brought up to date yet; each once. Knows how far the feed is applied. Safe on
/// every thread; must outlive the worker pool's jobs.
class UpdateQueue {
 public:
  /// Zones at a time; when it's full the feed is read on later, and hints are left out.
  static constexpr std::size_t pending_max = 20'000;
  /// Before another try for a zone that the database didn't give.
  static constexpr std::chrono::milliseconds retry_delay{500};

  UpdateQueue(ZoneUpdater& updater, const ZoneIndex& index, WorkerPool& workers, const Clock& clock);

  /// A hint or a change says that the zone has this version. `seq` is the change's number; nothing for a hint. False
  /// if there is no room: for a change, call again later.
  [[nodiscard]] bool want(const ZoneId& zone, dns::Version version, std::optional<std::int64_t> seq);

  /// All changes up to here are applied, if the feed was handed over through `read_through`.
  [[nodiscard]] std::int64_t applied_through(std::int64_t read_through) const;

  /// The database was set back: versions that were wanted may have been lost, and the feed's numbers mean nothing any
  /// more. What is there now is to be wanted anew.
  void set_back();

  /// Tries again what failed and is due; to be called now and then.
  void retry_due();

  [[nodiscard]] std::size_t size() const;

 private:
  struct Pending {
    dns::Version version;
    dns::Version asked;                  // of the updater
    std::optional<std::int64_t> seq;     // the oldest change that is not applied
    std::optional<SteadyTime> retry_at;  // failed; otherwise it's being loaded
  };

  void start(const ZoneId& zone, dns::Version version);
  void loaded(const ZoneId& zone, const Loaded& loaded);
  void erase(const ZoneId& zone);

  ZoneUpdater& updater_;
  const ZoneIndex& index_;
  WorkerPool& workers_;
  const Clock& clock_;
  mutable std::mutex mutex_;  // guards what follows
  std::unordered_map<ZoneId, Pending> pending_;
  std::multiset<std::int64_t> seqs_;  // of pending_
};

}  // namespace minidns::mdns
