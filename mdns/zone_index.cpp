#include "mdns/zone_index.hpp"

#include <utility>

namespace minidns::mdns {

static_assert(ZoneIndex::shards == 1U << (64 - 58), "shard_of takes the upper 6 bits");

template <class By>
template <class Key>
ZonePointer ZoneIndex::Shards<By>::find(const Key& key) const {
  const Shard& shard = shards_[shard_of(By{}(key))];
  const std::shared_lock lock(shard.mutex);
  return shard.zones.find(key);
}

template <class By>
void ZoneIndex::Shards<By>::put(const ZonePointer& zone) {
  Shard& shard = shards_[shard_of(By{}(zone))];
  const std::lock_guard lock(shard.mutex);
  shard.zones.put(zone);
}

template <class By>
void ZoneIndex::Shards<By>::erase(const ZonePointer& zone) {
  Shard& shard = shards_[shard_of(By{}(zone))];
  const std::lock_guard lock(shard.mutex);
  shard.zones.erase(zone);
}

template <class By>
template <class Function>
void ZoneIndex::Shards<By>::for_each(Function function) const {
  for (const Shard& shard : shards_) {
    const std::shared_lock lock(shard.mutex);
    if (!shard.zones.for_each(function)) {
      return;
    }
  }
}

ZoneIndex::ZoneIndex() = default;

ZonePointer ZoneIndex::find(const dns::Name& name) const {
  return by_name_.find(name);
}

ZonePointer ZoneIndex::find_wire(ByteView name) const {
  return by_name_.find(name);
}

ZonePointer ZoneIndex::find(const ZoneId& id) const {
  return by_id_.find(id);
}

ZonePointer ZoneIndex::find_enclosing(const dns::Name& name, const Visible& visible) const {
  dns::Name candidate = name;
  while (true) {
    ZonePointer zone = find(candidate);
    if (zone && visible(*zone)) {
      return zone;
    }
    if (candidate.is_root()) {
      return nullptr;
    }
    candidate = candidate.parent();
  }
}

ZonePointer ZoneIndex::publish(const storage::ZoneHead& head) {
  const std::lock_guard lock(writing_);
  const ZonePointer present = find(head.name);
  if (present && present->id == head.id) {
    const bool moved = present->version == head.version && present->pool != head.pool;
    if (!moved && present->version >= head.version) {
      return nullptr;
    }
  } else if (present && !head.serial.is_newer_than(present->serial)) {
    return nullptr;
  }
  auto entry =
      std::make_shared<const ZoneEntry>(ZoneEntry{head.id, head.name, head.pool, head.version, head.serial,
                                                  soas_.intern({head.soa_ttl, head.soa}), head.has_signatures});
  if (!present) {
    size_.fetch_add(1, std::memory_order_relaxed);
  } else if (present->id != head.id) {
    by_id_.erase(present);
  }
  by_name_.put(entry);
  by_id_.put(entry);
  return entry;
}

bool ZoneIndex::remove(const ZoneId& id) {
  const std::lock_guard lock(writing_);
  const ZonePointer present = find(id);
  if (!present) {
    return false;
  }
  by_name_.erase(present);
  by_id_.erase(present);
  size_.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

std::vector<ZonePointer> ZoneIndex::all() const {
  std::vector<ZonePointer> zones;
  zones.reserve(size());
  by_id_.for_each([&](const ZonePointer& zone) {
    zones.push_back(zone);
    return true;
  });
  return zones;
}

ZonePointer ZoneIndex::any_of(const PoolId& pool, const std::set<ZoneId>& but) const {
  ZonePointer found;
  by_id_.for_each([&](const ZonePointer& zone) {
    if (zone->pool == pool && !but.contains(zone->id)) {
      found = zone;
    }
    return found == nullptr;
  });
  return found;
}

bool ZoneIndex::has(const ZoneId& id, dns::Version version) const {
  const ZonePointer zone = find(id);
  return zone && zone->version >= version;
}

}  // namespace minidns::mdns
