#include "dns/wire/name_table.hpp"

#include <algorithm>
#include <cassert>

namespace minidns::dns {
namespace {

constexpr std::size_t slots_min = 128;  // a small answer's names; 512 octets

/// FNV-1a with a last mix, since the table uses the low bits. Labels are short: this beats a hash with a set-up. Nobody
/// gains by collisions: they cost a probe each, at most `entries_max` in one message.
std::uint32_t hash_of(ByteView label, NameTable::Offset parent) {
  std::uint32_t hash = 0x811c'9dc5U ^ parent;
  for (const std::uint8_t octet : label) {
    hash = (hash ^ octet) * 0x0100'0193U;
  }
  hash ^= hash >> 15;
  hash *= 0x2c1b'3c6dU;
  return hash ^ hash >> 13;
}

}  // namespace

NameTable::NameTable() : slots_(slots_min) {}

std::optional<NameTable::Offset> NameTable::find(ByteView label, Offset parent, ByteView octets,
                                                 std::size_t base) const {
  const std::uint32_t hash = hash_of(label, parent);
  for (std::size_t slot = first_slot(hash); is_used(slots_[slot]); slot = next(slot)) {
    const Entry& entry = entries_[slots_[slot].index];
    if (entry.hash != hash || entry.parent != parent) {
      continue;
    }
    const auto written = octets.subspan(entry.offset - base);
    if (written.size() >= label.size() && std::equal(label.begin(), label.end(), written.begin())) {
      return entry.offset;
    }
  }
  return std::nullopt;
}

void NameTable::add(ByteView label, Offset parent, Offset offset) {
  assert(offset < offset_end);
  if (entries_.size() == entries_max) {
    return;
  }
  if ((entries_.size() + 1) * 2 > slots_.size()) {
    grow();
  }
  const std::uint32_t hash = hash_of(label, parent);
  place(hash, static_cast<std::uint16_t>(entries_.size()));
  entries_.push_back({hash, offset, parent});
}

void NameTable::truncate(std::size_t size) {
  // Newest first: then no probe sequence of an older entry ever crosses the slot that becomes free.
  while (entries_.size() > size) {
    const auto index = static_cast<std::uint16_t>(entries_.size() - 1);
    std::size_t slot = first_slot(entries_.back().hash);
    while (!is_used(slots_[slot]) || slots_[slot].index != index) {
      slot = next(slot);
    }
    slots_[slot] = {};
    entries_.pop_back();
  }
}

void NameTable::clear() {
  entries_.clear();
  if (++generation_ == 0) {
    std::fill(slots_.begin(), slots_.end(), Slot{});
    generation_ = 1;
  }
}

void NameTable::place(std::uint32_t hash, std::uint16_t index) {
  std::size_t slot = first_slot(hash);
  while (is_used(slots_[slot])) {
    slot = next(slot);
  }
  slots_[slot] = {generation_, index};
}

void NameTable::grow() {
  slots_.assign(slots_.size() * 2, Slot{});
  for (std::size_t i = 0; i < entries_.size(); ++i) {  // in order, as `truncate` needs it
    place(entries_[i].hash, static_cast<std::uint16_t>(i));
  }
}

}  // namespace minidns::dns
