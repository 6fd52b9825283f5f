#pragma once

#include "mdns/snapshot_cache.hpp"
#include "mdns/store/lmdb.hpp"
#include "mdns/store/records.hpp"
#include "mdns/store/written_contents.hpp"
#include "storage/transfer_peers.hpp"
#include "storage/zone_content.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace minidns::mdns::store {

/// The store's file, in terms of zones; everything that is read is checked against its sums first. All calls throw
/// Fault. Reading is safe on every thread, beside one StoreWriter.
class StoreFile {
 public:
  /// Opens or makes it; it may take `size_octets_max`, and a little more for taking zones away when it's full.
  /// Fault(damaged) also for one that another release wrote in another form.
  StoreFile(const std::string& folder, std::uint64_t size_octets_max);

  /// As of the last commit; for the thread that writes, or before it starts.
  [[nodiscard]] const State& state() const { return state_; }
  [[nodiscard]] std::optional<storage::TransferPeers> read_peers() const;

  /// Calls `visit` for every zone, in the order of ids, after all are known to be right.
  void for_each_zone(const std::function<void(const ZoneRecord&)>& visit) const;
  [[nodiscard]] std::optional<ZoneRecord> read_zone(const ZoneId& zone) const;
  [[nodiscard]] std::vector<ZoneId> zone_ids() const;
  /// Up to `count` zones after `after` (or from the first on), each checked by itself.
  [[nodiscard]] std::vector<ZoneRecord> zones_after(const std::optional<ZoneId>& after, std::size_t count) const;

  /// The content and the steps that led to it; nothing if there is none. One read transaction long.
  [[nodiscard]] std::optional<CachedZone> read(const ContentKey& key);
  [[nodiscard]] std::optional<dns::Version> version_of(const ContentKey& key) const;
  /// Looks at all of a content as `read` does.
  void check(const ContentKey& key) const;

  [[nodiscard]] std::uint64_t octets_used() const { return environment_.octets_used(); }
  /// What may still be written.
  [[nodiscard]] std::uint64_t octets_left() const;

 private:
  friend class StoreWriter;
  const std::uint64_t size_octets_max_;
  Environment environment_;
  State state_;
  WrittenContents written_;
};

/// The zone as it may be served without the database: its newest head, or, if a content is older than that, the oldest
/// of them.
[[nodiscard]] storage::ZoneHead servable_head(const ZoneRecord& record);

}  // namespace minidns::mdns::store
