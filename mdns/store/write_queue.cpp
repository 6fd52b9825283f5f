#include "mdns/store/write_queue.hpp"

#include <utility>

namespace minidns::mdns::store {

/// Null if there is no room for another zone.
WriteQueue::Zone* WriteQueue::zone_of(const ZoneId& zone) {
  const auto found = zones_.find(zone);
  if (found != zones_.end()) {
    return &found->second;
  }
  if (order_.size() >= zones_max) {
    return nullptr;
  }
  order_.push_back(zone);
  return &zones_.emplace(zone, Zone{zone, next_ticket_++, false, {}}).first->second;
}

void WriteQueue::put(const ContentKey& key, const PoolId& pool, CachedZone content, SnapshotPointer before) {
  const std::size_t octets = content.snapshot->octets();
  const auto waiting = zones_.find(key.zone);
  const bool replaces = waiting != zones_.end() && waiting->second.contents.contains(key.view);
  const bool fits = replaces || octets_ == 0 || octets_ + octets <= octets_max;
  Zone* zone = fits ? zone_of(key.zone) : nullptr;
  if (zone == nullptr) {
    miss(key);
    return;
  }
  const auto present = zone->contents.find(key.view);
  if (present != zone->contents.end()) {
    if (present->second.content.snapshot->version() > content.snapshot->version()) {
      return;
    }
    before = std::move(present->second.before);  // nothing in between was written
    drop_content(*zone, key.view);
  }
  octets_ += octets;
  zone->contents.insert_or_assign(key.view, NewContent{pool, std::move(content), std::move(before), octets});
}

void WriteQueue::remove(const ZoneId& id) {
  Zone* zone = zone_of(id);
  if (zone == nullptr) {
    missed_removals_.push_back(id);
    return;
  }
  while (!zone->contents.empty()) {
    drop_content(*zone, zone->contents.begin()->first);
  }
  zone->removed = true;
}

void WriteQueue::drop_content(Zone& zone, const ViewId& view) {
  const auto found = zone.contents.find(view);
  octets_ -= found->second.octets;
  zone.contents.erase(found);
}

std::vector<WriteQueue::Zone> WriteQueue::take(std::size_t count) {
  std::vector<Zone> batch;
  std::size_t octets = 0;
  while (!order_.empty() && batch.size() < count && octets < batch_octets_max) {
    const auto found = zones_.find(order_.front());
    for (const auto& [view, content] : found->second.contents) {
      octets += content.octets;
      octets_ -= content.octets;
    }
    batch.push_back(std::move(found->second));
    zones_.erase(found);
    order_.pop_front();
  }
  return batch;
}

void WriteQueue::give_up(const std::vector<Zone>& batch) {
  for (const Zone& zone : batch) {
    if (zone.removed) {
      missed_removals_.push_back(zone.id);
    }
    for (const auto& [view, content] : zone.contents) {
      miss({zone.id, view});
    }
  }
  if (!order_.empty()) {
    give_up(take(order_.size()));
  }
}

void WriteQueue::stored(const std::vector<Zone>& batch) {
  if (missed_.empty()) {
    return;
  }
  for (const Zone& zone : batch) {
    for (const auto& [view, content] : zone.contents) {
      const auto missed = missed_.find({zone.id, view});
      // One that came after this batch was taken is of a newer version.
      if (missed != missed_.end() && missed->second <= zone.ticket) {
        missed_.erase(missed);
      }
    }
  }
}

std::uint64_t WriteQueue::first_ticket() const {
  return order_.empty() ? next_ticket_ : zones_.at(order_.front()).ticket;
}

}  // namespace minidns::mdns::store
