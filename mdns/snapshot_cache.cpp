#include "mdns/snapshot_cache.hpp"

#include <algorithm>
#include <utility>

namespace minidns::mdns {
namespace {

/// List node, map node and control blocks of an entry.
constexpr std::size_t entry_overhead_octets = 300;

/// Of small zones some steps are kept even if they are larger than the zone: a client that is two or three behind is
/// the common case, and composed they may be small.
constexpr std::size_t steps_octets_min = 16 * 1024;

std::size_t octets_of(const dns::RRset& rrset) {
  std::size_t octets = sizeof(rrset) + rrset.owner.wire().size();
  for (const dns::Rdata& rdata : rrset.rdata) {
    octets += sizeof(rdata) + rdata.octets().size();
  }
  return octets;
}

}  // namespace

std::size_t octets_of(const dns::Delta& delta) {
  std::size_t octets = sizeof(delta);
  for (const dns::RRsetChange& change : delta.changes) {
    octets += sizeof(change);
    for (const auto* side : {&change.before, &change.after}) {
      for (const dns::RRset& rrset : *side) {
        octets += octets_of(rrset);
      }
    }
  }
  return octets;
}

std::optional<CachedZone> SnapshotCache::find(const ZoneId& zone) {
  const std::lock_guard lock(mutex_);
  const auto found = by_zone_.find(zone);
  if (found == by_zone_.end()) {
    return std::nullopt;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  const Entry& entry = *found->second;
  CachedZone cached{entry.snapshot, {}};
  cached.steps.reserve(entry.steps.size());
  for (const Step& step : entry.steps) {
    cached.steps.push_back(step.delta);
  }
  return cached;
}

void SnapshotCache::put(const ZoneId& zone, SnapshotPointer snapshot) {
  const std::lock_guard lock(mutex_);
  const auto found = by_zone_.find(zone);
  if (found != by_zone_.end() && found->second->snapshot->version() >= snapshot->version()) {
    return;
  }
  store(zone, std::move(snapshot), {});
}

void SnapshotCache::advance(const ZoneId& zone, SnapshotPointer snapshot, dns::Delta step) {
  const std::size_t step_octets = octets_of(step);
  const std::lock_guard lock(mutex_);
  const auto found = by_zone_.find(zone);
  std::deque<Step> steps;
  if (found != by_zone_.end()) {
    if (found->second->snapshot->version() >= snapshot->version()) {
      return;
    }
    if (found->second->snapshot->version() == step.from) {
      steps = std::move(found->second->steps);
    }
  }
  steps.push_back({std::make_shared<const dns::Delta>(std::move(step)), step_octets});
  store(zone, std::move(snapshot), std::move(steps));
}

void SnapshotCache::drop(const ZoneId& zone) {
  const std::lock_guard lock(mutex_);
  const auto found = by_zone_.find(zone);
  if (found != by_zone_.end()) {
    erase(found->second);
  }
}

void SnapshotCache::store(const ZoneId& zone, SnapshotPointer snapshot, std::deque<Step> steps) {
  const auto found = by_zone_.find(zone);
  if (found != by_zone_.end()) {
    erase(found->second);
  }
  const std::size_t snapshot_octets = snapshot->octets() + entry_overhead_octets;
  Entry& entry = entries_.emplace_front(Entry{zone, std::move(snapshot), std::move(steps), snapshot_octets, 0});
  by_zone_.emplace(zone, entries_.begin());
  for (const Step& step : entry.steps) {
    entry.steps_octets += step.octets;
  }
  trim_steps(entry);
  octets_ += entry.snapshot_octets + entry.steps_octets;
  evict();
}

void SnapshotCache::trim_steps(Entry& entry) const {
  const std::size_t octets_max =
      std::min(limits_.steps_octets_max, std::max(steps_octets_min, entry.snapshot->octets()));
  while (!entry.steps.empty() && (entry.steps.size() > limits_.steps_max || entry.steps_octets > octets_max)) {
    entry.steps_octets -= entry.steps.front().octets;
    entry.steps.pop_front();
  }
}

void SnapshotCache::erase(Entries::iterator entry) {
  octets_ -= entry->snapshot_octets + entry->steps_octets;
  by_zone_.erase(entry->zone);
  entries_.erase(entry);
}

void SnapshotCache::evict() {
  while (octets_ > limits_.octets_max && entries_.size() > 1) {
    erase(std::prev(entries_.end()));
  }
}

std::size_t SnapshotCache::octets() const {
  const std::lock_guard lock(mutex_);
  return octets_;
}

std::size_t SnapshotCache::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace minidns::mdns
