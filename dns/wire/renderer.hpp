#pragma once

#include "base/bytes.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"
#include "dns/wire/name_table.hpp"

#include <cstddef>
#include <cstdint>

namespace minidns::dns {

/// Renders records one after the other, with compression, as they stand in a message from offset `base_offset` on: a
/// chunk of a transfer (base = header and question, DESIGN.md §4) or, with base 0, a whole message. Owner names and the
/// names in RDATA of the types of RFC 1035 are compressed (RFC 3597 §4), only against names rendered here by `record`
/// and `rrset`, only where the octets are equal including case, with pointers below 16384. The same calls give the
/// same octets, always.
///
///     RecordRenderer renderer(12 + question_size, 16'384);
///     for (const auto& set : sets) {
///       const std::size_t start = renderer.size();
///       if (!renderer.rrset(set)) break;           // full: `set` starts the next chunk
///       offsets.push_back(start);
///     }
class RecordRenderer {
 public:
  /// `base_offset` + `size_octets_max` must be at most 65,535. `size_octets_max` is of what is rendered here.
  RecordRenderer(std::size_t base_offset, std::size_t size_octets_max);

  /// False, and nothing is written, if it doesn't fit.
  [[nodiscard]] bool record(const Name& owner, RRType type, std::uint16_t klass, std::uint32_t ttl, ByteView rdata);
  /// All records of the set (class IN) or none.
  [[nodiscard]] bool rrset(const RRset& rrset);
  /// Octets as they are; no later name points into them. False, and nothing is written, if they don't fit.
  [[nodiscard]] bool append(ByteView octets);

  [[nodiscard]] std::size_t size() const { return octets_.size(); }
  [[nodiscard]] std::size_t size_octets_max() const { return size_octets_max_; }
  void set_size_octets_max(std::size_t size_octets_max) { size_octets_max_ = size_octets_max; }
  [[nodiscard]] ByteView octets() const { return octets_; }
  /// For patching fixed fields in place; names must stay as they are.
  [[nodiscard]] std::span<std::uint8_t> mutable_octets() { return octets_; }
  /// Takes the octets; the renderer must be `reset` before it is used again.
  [[nodiscard]] Bytes take() && { return std::move(octets_); }

  /// A point to go back to.
  struct Mark {
    std::size_t size;
    std::size_t names;
  };
  [[nodiscard]] Mark mark() const { return {octets_.size(), names_.size()}; }
  /// Takes back all that was written after `mark`. Marks later than it are void.
  void rollback(const Mark& mark);

  /// Starts anew and keeps the memory.
  void reset(std::size_t base_offset, std::size_t size_octets_max);

 private:
  void write_owner(const Name& owner);
  void write_compressed(ByteView wire);
  void write_rdata(RRType type, ByteView rdata);
  void write_pointer(std::size_t offset);
  void write_octets(ByteView octets) { octets_.insert(octets_.end(), octets.begin(), octets.end()); }

  /// The owner written last, so that the records of one owner need no lookup.
  struct LastOwner {
    Bytes wire;  ///< empty: none
    std::size_t position = 0;
    NameTable::Offset offset = 0;
  };

  std::size_t base_offset_;
  std::size_t size_octets_max_;
  Bytes octets_;
  NameTable names_;
  LastOwner last_owner_;
};

}  // namespace minidns::dns
