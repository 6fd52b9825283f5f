#pragma once

#include "mdns/zone_entry.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace minidns::mdns {

/// A hash set of zones in one array (open addressing, linear probing), because a million nodes of a std::unordered_set
/// take 70 octets more each. `By` hashes and compares zones and keys. Grows by half, so that it's never less than 7/12
/// full: at most 28 octets per zone. Not safe on several threads.
template <class By>
class ZoneTable {
 public:
  /// Null if there is none.
  template <class Key>
  [[nodiscard]] ZonePointer find(const Key& key) const {
    return slots_.empty() ? nullptr : slots_[slot_of(key)];
  }

  /// In the place of an equal one, if there is one.
  void put(const ZonePointer& zone) {
    if (8 * (size_ + 1) > 7 * slots_.size()) {
      grow();
    }
    ZonePointer& slot = slots_[slot_of(zone)];
    size_ += slot ? 0 : 1;
    slot = zone;
  }

  void erase(const ZonePointer& zone) {
    if (slots_.empty()) {
      return;
    }
    std::size_t hole = slot_of(zone);
    if (!slots_[hole]) {
      return;
    }
    slots_[hole].reset();
    --size_;
    // Those behind it that may not be found any more move up.
    for (std::size_t at = next(hole); slots_[at]; at = next(at)) {
      if (distance(home(By{}(slots_[at])), at) >= distance(hole, at)) {
        slots_[hole] = std::move(slots_[at]);
        slots_[at].reset();
        hole = at;
      }
    }
  }

  /// Until `visit` says false; then false.
  template <class Visit>
  bool for_each(Visit visit) const {
    for (const ZonePointer& zone : slots_) {
      if (zone && !visit(zone)) {
        return false;
      }
    }
    return true;
  }

 private:
  static constexpr std::size_t slots_min = 8;

  /// Where a key with this hash belongs: the array is cut in as many equal ranges of hashes as it has slots.
  [[nodiscard]] std::size_t home(std::size_t hash) const {
    // The upper bits chose the shard (zone_index.hpp).
    const std::uint64_t mixed = (hash * 0x9e3779b97f4a7c15ULL) << 6U;
    return static_cast<std::size_t>((static_cast<unsigned __int128>(mixed) * slots_.size()) >> 64U);
  }
  [[nodiscard]] std::size_t next(std::size_t at) const { return at + 1 == slots_.size() ? 0 : at + 1; }
  [[nodiscard]] std::size_t distance(std::size_t from, std::size_t to) const {
    return to >= from ? to - from : to + slots_.size() - from;
  }

  /// Of an equal zone, or an empty one. There always is an empty one.
  template <class Key>
  [[nodiscard]] std::size_t slot_of(const Key& key) const {
    std::size_t at = home(By{}(key));
    while (slots_[at] && !By{}(key, slots_[at])) {
      at = next(at);
    }
    return at;
  }

  void grow() {
    std::vector<ZonePointer> old(slots_.size() < slots_min ? slots_min : slots_.size() + slots_.size() / 2);
    old.swap(slots_);
    for (ZonePointer& zone : old) {
      if (zone) {
        slots_[slot_of(zone)] = std::move(zone);
      }
    }
  }

  std::vector<ZonePointer> slots_;
  std::size_t size_ = 0;
};

}  // namespace minidns::mdns
