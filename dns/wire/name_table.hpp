#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace minidns::dns {

/// Remembers where the labels of written names are, so that a later name can point to its longest suffix that is
/// already there. A suffix is known by its first label's octets (case counts: a pointer must not change a name's case)
/// and by the offset of the suffix below it; so a lookup compares one label and follows no pointers.
///
/// A flat open-addressing table: slots hold the index of an entry and the generation that wrote it, so that `clear`
/// touches no slot; entries are in the order of writing, so that `truncate` takes back the newest. Nothing is allocated
/// per record once the table has grown to a message's needs.
class NameTable {
 public:
  /// Where a suffix was first written. The root is `root_offset`: it is never pointed to.
  using Offset = std::uint16_t;
  static constexpr Offset root_offset = 0xffff;
  /// A compression pointer has 14 bits (RFC 1035 §4.1.4).
  static constexpr std::size_t offset_end = 0x4000;
  /// More suffixes than a dense 16 KB of records has; those after them are written in full.
  static constexpr std::size_t entries_max = 4096;

  NameTable();

  /// The offset of the suffix `label` + `parent`. `octets` is what was written, its first octet at `base`.
  [[nodiscard]] std::optional<Offset> find(ByteView label, Offset parent, ByteView octets, std::size_t base) const;
  /// `label` (with its length octet) was written at `offset`, which must be below `offset_end`. It must not be there
  /// yet. Does nothing when full.
  void add(ByteView label, Offset parent, Offset offset);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// Forgets all but the first `size` entries.
  void truncate(std::size_t size);
  void clear();

 private:
  struct Entry {
    std::uint32_t hash;
    Offset offset;
    Offset parent;
  };
  struct Slot {
    std::uint16_t generation = 0;
    std::uint16_t index = 0;
  };

  [[nodiscard]] bool is_used(const Slot& slot) const { return slot.generation == generation_; }
  [[nodiscard]] std::size_t next(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }
  [[nodiscard]] std::size_t first_slot(std::uint32_t hash) const { return hash & (slots_.size() - 1); }
  void place(std::uint32_t hash, std::uint16_t index);
  void grow();

  std::vector<Slot> slots_;  ///< a power of two, at most half full
  std::vector<Entry> entries_;
  std::uint16_t generation_ = 1;  ///< never 0: that is a slot never used
};

}  // namespace minidns::dns
