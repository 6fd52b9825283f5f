#pragma once

#include "base/bytes.hpp"
#include "dns/name_octets.hpp"
#include "mdns/soa_interner.hpp"
#include "mdns/zone_entry.hpp"
#include "mdns/zone_table.hpp"
#include "storage/zone_content.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <vector>

namespace minidns::mdns {

/// All zones that we serve, in memory: a query for a SOA needs nothing else. Safe on every thread; readers of different
/// zones practically never meet (`shards` reader-writer locks, held for one hash lookup), writers are one at a time.
class ZoneIndex {
 public:
  ZoneIndex();
  ZoneIndex(const ZoneIndex&) = delete;
  ZoneIndex& operator=(const ZoneIndex&) = delete;

  /// Null if there is no such zone.
  [[nodiscard]] ZonePointer find(const dns::Name& name) const;
  /// The same for a valid name in wire form, uncompressed; allocates nothing.
  [[nodiscard]] ZonePointer find_wire(ByteView name) const;
  [[nodiscard]] ZonePointer find(const ZoneId& id) const;

  using Visible = std::function<bool(const ZoneEntry&)>;
  /// The closest zone at or above `name` for which `visible` holds; null if there is none.
  [[nodiscard]] ZonePointer find_enclosing(const dns::Name& name, const Visible& visible) const;

  /// Takes over a head if it is newer than what is here. A head of another incarnation of the name replaces it if its
  /// serial is newer (the next incarnation starts above the serials before it, DESIGN.md §3). Returns the new entry,
  /// or null if there was nothing to do.
  ZonePointer publish(const storage::ZoneHead& head);

  /// False if it wasn't there.
  bool remove(const ZoneId& id);

  [[nodiscard]] std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::vector<ZonePointer> all() const;
  /// The first entry that is found of a pool and isn't among `but`; for what needs any zone. O(all zones) at worst.
  [[nodiscard]] ZonePointer any_of(const PoolId& pool, const std::set<ZoneId>& but) const;

  /// A version that the index has is at least `version`.
  [[nodiscard]] bool has(const ZoneId& id, dns::Version version) const;

  static constexpr std::size_t shards = 64;  ///< far more than threads

 private:
  struct ByName {
    std::size_t operator()(ByteView wire) const { return dns::hash_of_name(wire); }
    std::size_t operator()(const dns::Name& name) const { return std::hash<dns::Name>{}(name); }
    std::size_t operator()(const ZonePointer& zone) const { return (*this)(zone->name); }
    bool operator()(const ZonePointer& a, const ZonePointer& b) const { return a->name == b->name; }
    bool operator()(const dns::Name& a, const ZonePointer& b) const { return a == b->name; }
    bool operator()(ByteView a, const ZonePointer& b) const { return dns::is_same_name(a, b->name.wire()); }
  };
  struct ById {
    std::size_t operator()(const ZoneId& id) const { return std::hash<ZoneId>{}(id); }
    std::size_t operator()(const ZonePointer& zone) const { return (*this)(zone->id); }
    bool operator()(const ZonePointer& a, const ZonePointer& b) const { return a->id == b->id; }
    bool operator()(const ZoneId& a, const ZonePointer& b) const { return a == b->id; }
  };

  /// A hash set cut into pieces with a lock each.
  template <class By>
  class Shards {
   public:
    template <class Key>
    [[nodiscard]] ZonePointer find(const Key& key) const;
    void put(const ZonePointer& zone);
    void erase(const ZonePointer& zone);
    template <class Function>
    void for_each(Function function) const;

   private:
    struct alignas(64) Shard {
      mutable std::shared_mutex mutex;  // guards zones
      ZoneTable<By> zones;
    };
    [[nodiscard]] static std::size_t shard_of(std::size_t hash) { return (hash * 0x9e3779b97f4a7c15ULL) >> 58U; }
    std::array<Shard, shards> shards_;
  };

  std::mutex writing_;  // one writer at a time, so that the two sets agree
  Shards<ByName> by_name_;
  Shards<ById> by_id_;
  SoaInterner soas_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace minidns::mdns
