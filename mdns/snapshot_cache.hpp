#pragma once

#include "base/ids.hpp"
#include "dns/delta.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "mdns/content_key.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace minidns::mdns {

using SnapshotPointer = std::shared_ptr<const dns::ZoneSnapshot>;
using DeltaPointer = std::shared_ptr<const dns::Delta>;

/// A zone as one view sees it and as it is in memory: its newest snapshot, and the latest steps that led to it, oldest
/// first, without a gap.
struct CachedZone {
  SnapshotPointer snapshot;
  std::vector<DeltaPointer> steps;
};

/// Keeps the snapshots that were used last, up to a number of octets, and their latest deltas. What is put out stays
/// alive for those who hold it (a transfer that runs). Safe on every thread; the lock is held for a list operation.
class SnapshotCache {
 public:
  struct Limits {
    /// Of all snapshots and deltas. One zone that is larger alone is kept nevertheless: it couldn't be served else.
    std::size_t octets_max = std::size_t{1} << 30;
    /// Of the deltas kept per zone; no more than the zone itself takes, or 16 KiB.
    std::size_t steps_octets_max = std::size_t{4} << 20;
    /// A secondary that is further behind than this gets its difference from the database.
    std::size_t steps_max = 64;
  };

  explicit SnapshotCache(const Limits& limits) : limits_(limits) {}

  /// Counts as a use.
  [[nodiscard]] std::optional<CachedZone> find(const ContentKey& key);

  /// A snapshot that was read as a whole: the steps are forgotten. An older one than is here is ignored.
  void put(const ContentKey& key, SnapshotPointer snapshot);
  /// The next version: `step` leads from what is here to `snapshot`.
  void advance(const ContentKey& key, SnapshotPointer snapshot, dns::Delta step);
  /// What was here before, with its steps; ignored if there is one that isn't older.
  void restore(const ContentKey& key, const CachedZone& zone);
  void drop(const ContentKey& key);
  /// In all views.
  void drop_zone(const ZoneId& zone);

  [[nodiscard]] std::size_t octets() const;
  [[nodiscard]] std::size_t size() const;

 private:
  struct Step {
    DeltaPointer delta;
    std::size_t octets;
  };
  struct Entry {
    ContentKey key;
    SnapshotPointer snapshot;
    std::deque<Step> steps;
    std::size_t snapshot_octets = 0;
    std::size_t steps_octets = 0;
  };
  using Entries = std::list<Entry>;

  /// O(views of the zone).
  [[nodiscard]] Entries::iterator entry_of(const ContentKey& key);
  void store(const ContentKey& key, SnapshotPointer snapshot, std::deque<Step> steps);
  void trim_steps(Entry& entry) const;
  void erase(Entries::iterator entry);
  void evict();

  const Limits limits_;
  mutable std::mutex mutex_;  // guards what follows
  Entries entries_;           // used last first
  std::unordered_multimap<ZoneId, Entries::iterator> by_zone_;
  std::size_t octets_ = 0;
};

/// The difference from serial `from` to the cached snapshot out of its steps; nothing if they don't reach back.
[[nodiscard]] std::optional<dns::Delta> compose_steps(const CachedZone& cached, dns::Serial from);

/// What a delta takes of memory, about.
[[nodiscard]] std::size_t octets_of(const dns::Delta& delta);

}  // namespace minidns::mdns
