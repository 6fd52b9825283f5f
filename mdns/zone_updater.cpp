#include "mdns/zone_updater.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

namespace minidns::mdns {

/// A zone whose views are loaded side by side; whoever comes last goes on.
struct ZoneUpdater::Update {
  WorkerPool& pool;
  const ZoneId zone;
  const dns::Version at_least;
  const ZoneLoader::OnLoaded on_updated;

  std::mutex mutex;  // guards what follows
  std::size_t awaited = 0;
  std::map<ViewId, Loaded> views;  // holds the snapshots: one may have put another out of the cache
};

ZoneUpdater::ZoneUpdater(ZoneLoader& loader, ZoneIndex& index, const Logger& log, ViewsInUse views_in_use,
                         OnNewVersion on_new_version)
    : loader_(loader),
      index_(index),
      log_(log),
      views_in_use_(std::move(views_in_use)),
      on_new_version_(std::move(on_new_version)) {}

void ZoneUpdater::update(WorkerPool& pool, const ZoneId& zone, dns::Version at_least, ZoneLoader::OnLoaded on_updated) {
  const ZonePointer known = index_.find(zone);
  // Which pool a new zone is in is known once it was read in any view.
  const auto views = known ? views_in_use_(known->pool) : std::vector{default_view};
  load(std::make_shared<Update>(pool, zone, at_least, std::move(on_updated)), views);
}

void ZoneUpdater::load(const std::shared_ptr<Update>& update, const std::vector<ViewId>& views) {
  {
    const std::lock_guard lock(update->mutex);
    update->awaited = views.size();
  }
  for (const ViewId& view : views) {
    loader_.load(update->pool, {update->zone, view}, update->at_least,
                 [this, update, view](const Loaded& loaded) { took(update, view, loaded); });
  }
}

void ZoneUpdater::took(const std::shared_ptr<Update>& update, const ViewId& view, const Loaded& loaded) {
  {
    const std::lock_guard lock(update->mutex);
    update->views.insert_or_assign(view, loaded);
    if (--update->awaited > 0) {
      return;
    }
  }
  finish(update);
}

/// Nobody else has the update any more, unless there are more views to load.
void ZoneUpdater::finish(const std::shared_ptr<Update>& update) {
  const auto& views = update->views;
  const auto failed = std::find_if(views.begin(), views.end(),
                                   [](const auto& item) { return item.second.outcome != Loaded::Outcome::ready; });
  if (failed != views.end()) {
    update->on_updated(failed->second);
    return;
  }
  const auto oldest = std::min_element(views.begin(), views.end(), [](const auto& a, const auto& b) {
    return a.second.snapshot->version() < b.second.snapshot->version();
  });
  if (const auto& head = oldest->second.head) {
    std::vector<ViewId> missing = views_in_use_(head->pool);
    std::erase_if(missing, [&](const ViewId& view) { return views.contains(view); });
    if (!missing.empty()) {
      load(update, missing);
      return;
    }
    publish(*head);
  }
  update->on_updated(oldest->second);
}

void ZoneUpdater::publish(const storage::ZoneHead& head) {
  if (const ZonePointer entry = index_.publish(head)) {
    log_.debug(
        "zone version ready",
        {{"zone", entry->name.to_text()}, {"version", entry->version.value()}, {"serial", entry->serial.value()}});
    on_new_version_(entry);
  }
}

}  // namespace minidns::mdns
