#pragma once

#include "mdns/snapshot_cache.hpp"
#include "mdns/store/records.hpp"
#include "storage/zone_content.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

namespace minidns::mdns::store {

/// What waits to be stored, each zone once, in the order in which the zones came. What doesn't fit is remembered by
/// name, and must be brought again. Not safe on several threads.
class WriteQueue {
 public:
  /// Zones that wait. The writer does thousands a second; more is a disk that can't keep up.
  static constexpr std::size_t zones_max = 50'000;
  /// Of snapshots that are kept in memory only to be written; one that is larger alone is taken.
  static constexpr std::size_t octets_max = std::size_t{256} << 20;

  struct NewContent {
    PoolId pool;
    CachedZone content;
    SnapshotPointer before;  ///< the one that is in the file, kept so that only the difference is written
    std::size_t octets;
  };
  /// In this order: removed, then the contents.
  struct Zone {
    ZoneId id;
    std::uint64_t ticket;
    bool removed = false;
    std::map<ViewId, NewContent> contents;  ///< by view
  };

  void put(const ContentKey& key, const PoolId& pool, CachedZone content, SnapshotPointer before);
  void remove(const ZoneId& zone);

  /// The zones that came first, up to this many and to `batch_octets_max` octets.
  [[nodiscard]] std::vector<Zone> take(std::size_t count);
  /// A batch that couldn't be written, and all that waits: remembered by name.
  void give_up(const std::vector<Zone>& batch);
  /// What was stored needs not be brought again.
  void stored(const std::vector<Zone>& batch);

  /// All that came before now has a smaller ticket.
  [[nodiscard]] std::uint64_t next_ticket() const { return next_ticket_; }
  /// Of the first that waits; `next_ticket` if none does.
  [[nodiscard]] std::uint64_t first_ticket() const;

  /// Contents that didn't fit, or couldn't be written.
  [[nodiscard]] const std::map<ContentKey, std::uint64_t>& missed() const { return missed_; }
  void miss(const ContentKey& key) { missed_.insert_or_assign(key, next_ticket_); }
  void forget_missed(const ContentKey& key) { missed_.erase(key); }
  /// Zones whose removal was given up.
  [[nodiscard]] std::vector<ZoneId> take_missed_removals() { return std::exchange(missed_removals_, {}); }

  [[nodiscard]] std::size_t size() const { return order_.size(); }
  [[nodiscard]] bool empty() const { return order_.empty(); }

  /// A transaction of about this size is written in less than a second.
  static constexpr std::size_t batch_octets_max = std::size_t{64} << 20;

 private:
  [[nodiscard]] Zone* zone_of(const ZoneId& zone);
  void drop_content(Zone& zone, const ViewId& view);

  std::unordered_map<ZoneId, Zone> zones_;
  std::deque<ZoneId> order_;
  std::size_t octets_ = 0;
  std::uint64_t next_ticket_ = 1;
  std::map<ContentKey, std::uint64_t> missed_;  // with the ticket that a later try will have at least
  std::vector<ZoneId> missed_removals_;
};

}  // namespace minidns::mdns::store
