#pragma once

#include "base/view_id.hpp"
#include "base/worker_pool.hpp"
#include "mdns/nameserver/transfer.hpp"
#include "mdns/rendered_differences.hpp"
#include "mdns/snapshot_cache.hpp"
#include "mdns/zone_entry.hpp"
#include "mdns/zone_loader.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace minidns::mdns {

/// Where answers get a zone's content in a view from: memory at once, the database by way of worker threads. Never
/// blocks.
class ZoneSource {
 public:
  /// What workers do for it refers to all of these but not to the ZoneSource itself.
  ZoneSource(ZoneLoader& loader, SnapshotCache& cache, RenderedDifferences& differences, WorkerPool& workers)
      : loader_(loader), cache_(cache), differences_(differences), workers_(workers) {}

  /// What is in memory, if it is at least as new as `zone`.
  [[nodiscard]] std::optional<CachedZone> cached(const ZoneEntry& zone, const ViewId& view) const;

  /// At least as new as `zone`; otherwise `unavailable`. Calls `on_loaded` on this or another thread.
  void obtain(const ZonePointer& zone, const ViewId& view, ZoneLoader::OnLoaded on_loaded) const;
  /// The same for a coroutine, which is resumed on its own executor.
  [[nodiscard]] boost::asio::awaitable<Loaded> obtain(ZonePointer zone, ViewId view) const;

  /// The difference from `from`, or the full zone; the database is asked only if memory doesn't reach back. All who ask
  /// for the same difference share the work.
  [[nodiscard]] boost::asio::awaitable<Transfer> transfer_from(ContentKey key, SnapshotPointer snapshot,
                                                               dns::Serial from) const;

  /// For an answer by UDP, on an I/O thread: a difference of at most so many steps and changes, so that it costs
  /// microseconds. More doesn't fit a datagram anyway.
  static constexpr std::size_t quick_steps_max = 16;
  static constexpr std::size_t quick_changes_max = 64;
  [[nodiscard]] static std::optional<dns::Delta> quick_difference(const CachedZone& cached, dns::Serial from);

 private:
  [[nodiscard]] DifferencePointer difference_at_once(const DifferenceKey& key, const dns::ZoneSnapshot& snapshot) const;
  [[nodiscard]] boost::asio::awaitable<DifferencePointer> shared_difference(DifferenceKey key,
                                                                            SnapshotPointer snapshot) const;

  ZoneLoader& loader_;
  SnapshotCache& cache_;
  RenderedDifferences& differences_;
  WorkerPool& workers_;
};

}  // namespace minidns::mdns
