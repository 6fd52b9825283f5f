#include "mdns/snapshot_cache.hpp"

#include "dns/snapshot/diff.hpp"
#include "dns/soa.hpp"

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

std::optional<dns::Delta> compose_steps(const CachedZone& cached, dns::Serial from) {
  const auto& steps = cached.steps;
  const auto first = std::find_if(steps.begin(), steps.end(), [&](const DeltaPointer& step) {
    return dns::serial_of(step->soa_before.rdata[0]) == from;
  });
  if (first == steps.end()) {
    return std::nullopt;
  }
  dns::Delta sum = **first;
  for (auto step = std::next(first); step != steps.end(); ++step) {
    auto longer = compose(sum, **step);
    if (!longer) {
      return std::nullopt;  // a gap: the cache keeps none, but the database knows better anyway
    }
    sum = *std::move(longer);
  }
  return sum;
}

std::optional<CachedZone> SnapshotCache::find(const ContentKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = entry_of(key);
  if (found == entries_.end()) {
    return std::nullopt;
  }
  entries_.splice(entries_.begin(), entries_, found);
  CachedZone cached{found->snapshot, {}};
  cached.steps.reserve(found->steps.size());
  for (const Step& step : found->steps) {
    cached.steps.push_back(step.delta);
  }
  return cached;
}

void SnapshotCache::put(const ContentKey& key, SnapshotPointer snapshot) {
  const std::lock_guard lock(mutex_);
  const auto found = entry_of(key);
  if (found != entries_.end() && found->snapshot->version() >= snapshot->version()) {
    return;
  }
  store(key, std::move(snapshot), {});
}

void SnapshotCache::advance(const ContentKey& key, SnapshotPointer snapshot, dns::Delta step) {
  const std::size_t step_octets = octets_of(step);
  const std::lock_guard lock(mutex_);
  const auto found = entry_of(key);
  std::deque<Step> steps;
  if (found != entries_.end()) {
    if (found->snapshot->version() >= snapshot->version()) {
      return;
    }
    if (found->snapshot->version() == step.from) {
      steps = std::move(found->steps);
    }
  }
  steps.push_back({std::make_shared<const dns::Delta>(std::move(step)), step_octets});
  store(key, std::move(snapshot), std::move(steps));
}

void SnapshotCache::restore(const ContentKey& key, const CachedZone& zone) {
  std::deque<Step> steps;
  for (const DeltaPointer& step : zone.steps) {
    steps.push_back({step, octets_of(*step)});
  }
  const std::lock_guard lock(mutex_);
  const auto found = entry_of(key);
  if (found != entries_.end() && found->snapshot->version() >= zone.snapshot->version()) {
    return;
  }
  store(key, zone.snapshot, std::move(steps));
}

void SnapshotCache::drop(const ContentKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = entry_of(key);
  if (found != entries_.end()) {
    erase(found);
  }
}

void SnapshotCache::drop_zone(const ZoneId& zone) {
  const std::lock_guard lock(mutex_);
  for (auto found = by_zone_.find(zone); found != by_zone_.end(); found = by_zone_.find(zone)) {
    erase(found->second);
  }
}

SnapshotCache::Entries::iterator SnapshotCache::entry_of(const ContentKey& key) {
  const auto [begin, end] = by_zone_.equal_range(key.zone);
  const auto found = std::find_if(begin, end, [&](const auto& item) { return item.second->key == key; });
  return found == end ? entries_.end() : found->second;
}

void SnapshotCache::store(const ContentKey& key, SnapshotPointer snapshot, std::deque<Step> steps) {
  const auto found = entry_of(key);
  if (found != entries_.end()) {
    erase(found);
  }
  const std::size_t snapshot_octets = snapshot->octets() + entry_overhead_octets;
  Entry& entry = entries_.emplace_front(Entry{key, std::move(snapshot), std::move(steps), snapshot_octets, 0});
  by_zone_.emplace(key.zone, entries_.begin());
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
  const auto [begin, end] = by_zone_.equal_range(entry->key.zone);
  by_zone_.erase(std::find_if(begin, end, [&](const auto& item) { return item.second == entry; }));
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
