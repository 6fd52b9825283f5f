#pragma once

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/worker_pool.hpp"
#include "dns/version.hpp"
#include "mdns/metrics.hpp"
#include "mdns/snapshot_cache.hpp"
#include "mdns/zone_index.hpp"
#include "storage/zone_content.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace minidns::mdns {

/// What came of looking for a zone's newest version.
struct Loaded {
  enum class Outcome {
    ready,        ///< `snapshot` is there
    gone,         ///< the zone is deleted
    unavailable,  ///< the database doesn't answer
    corrupt,      ///< what the database has is no zone; logged
    overloaded    ///< too many loads are waiting
  };
  Outcome outcome;
  SnapshotPointer snapshot;  ///< for `ready`
};

/// Brings zones from the database into cache and index; one load per zone at a time, whoever asks (a transfer, or the
/// follower that heard of a version). A cached zone takes a step (the rows that changed), others are read as a whole.
///
/// What it finds is published: snapshot first, then the index, then `on_new_version`, so that nobody is ever told of a
/// version that this instance can't transfer (DESIGN.md invariant 5).
class ZoneLoader {
 public:
  using OnLoaded = std::function<void(const Loaded&)>;
  /// Called on a worker thread when the index got a newer version of a zone, or a new zone.
  using OnNewVersion = std::function<void(const ZonePointer&)>;

  ZoneLoader(storage::ZoneContent& content, SnapshotCache& cache, ZoneIndex& index, const Logger& log,
             LoaderMetrics metrics, OnNewVersion on_new_version);

  /// Calls `on_loaded` once, on a thread of `pool` or at once on this one, with a version of at least `at_least` if the
  /// database has one. Never blocks. `on_loaded` must be short and not throw.
  void load(WorkerPool& pool, const ZoneId& zone, dns::Version at_least, OnLoaded on_loaded);

  /// A difference that leads from `from` to what `snapshot` holds, for an IXFR; nothing if there is none of at most
  /// `octets_max` octets. Asks the database if memory doesn't reach back. Blocks: for worker threads.
  [[nodiscard]] std::optional<dns::Delta> find_difference(const ZoneId& zone, dns::Serial from,
                                                          const SnapshotPointer& snapshot, std::size_t octets_max);

 private:
  struct Waiter {
    dns::Version at_least;
    OnLoaded on_loaded;
  };
  /// A zone that is being loaded. Those who came while it ran may have heard of a version that it didn't see.
  struct Flight {
    std::vector<Waiter> present;
    std::vector<Waiter> late;
  };

  void start(WorkerPool& pool, const ZoneId& zone);
  void run(WorkerPool& pool, const ZoneId& zone);
  void finish(WorkerPool& pool, const ZoneId& zone, const Loaded& loaded);
  [[nodiscard]] Loaded refresh(const ZoneId& zone);
  [[nodiscard]] Loaded refresh_or_throw(const ZoneId& zone);
  [[nodiscard]] Loaded step(const ZoneId& zone, const CachedZone& cached);
  [[nodiscard]] Loaded read_whole(const ZoneId& zone);
  [[nodiscard]] Loaded forget(const ZoneId& zone);
  [[nodiscard]] Loaded publish(const storage::ZoneHead& head, SnapshotPointer snapshot);

  storage::ZoneContent& content_;
  SnapshotCache& cache_;
  ZoneIndex& index_;
  const Logger& log_;
  const LoaderMetrics metrics_;
  const OnNewVersion on_new_version_;

  std::mutex mutex_;  // guards flights_
  std::unordered_map<ZoneId, Flight> flights_;
};

/// The difference from serial `from` to the cached snapshot out of its steps; nothing if they don't reach back.
[[nodiscard]] std::optional<dns::Delta> compose_steps(const CachedZone& cached, dns::Serial from);

}  // namespace minidns::mdns
