#pragma once

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/view_id.hpp"
#include "base/worker_pool.hpp"
#include "dns/version.hpp"
#include "mdns/zone_index.hpp"
#include "mdns/zone_loader.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace minidns::mdns {

/// Brings zones up to date: loads the newest version in every view that a nameserver of the zone's pool transfers, and
/// only then publishes it: snapshots first, then the index, then `on_new_version`. So nobody is ever told of a version
/// that this instance can't transfer to each of them (DESIGN.md invariant 5). Views that no nameserver transfers are
/// left to who asks for them. Safe on every thread.
class ZoneUpdater {
 public:
  /// Of a pool's nameservers; never empty.
  using ViewsInUse = std::function<std::vector<ViewId>(const PoolId&)>;
  /// Called on a worker thread when the index got a newer version of a zone, or a new zone.
  using OnNewVersion = std::function<void(const ZonePointer&)>;

  ZoneUpdater(ZoneLoader& loader, ZoneIndex& index, const Logger& log, ViewsInUse views_in_use,
              OnNewVersion on_new_version);

  /// Calls `on_updated` once, with the oldest that was found, on a thread of `pool` or at once on this one. Never
  /// blocks. `on_updated` must be short and not throw.
  void update(WorkerPool& pool, const ZoneId& zone, dns::Version at_least, ZoneLoader::OnLoaded on_updated);

 private:
  struct Update;

  void load(const std::shared_ptr<Update>& update, const std::vector<ViewId>& views);
  void took(const std::shared_ptr<Update>& update, const ViewId& view, const Loaded& loaded);
  void finish(const std::shared_ptr<Update>& update);
  void publish(const storage::ZoneHead& head);

  ZoneLoader& loader_;
  ZoneIndex& index_;
  const Logger& log_;
  const ViewsInUse views_in_use_;
  const OnNewVersion on_new_version_;
};

}  // namespace minidns::mdns
