#pragma once

#include "base/bytes.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"
#include "dns/serial.hpp"
#include "dns/ttl.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace minidns::dns {

/// The octets of OwnerKey for a name that is at most 255 octets long: each octet may take two.
inline constexpr std::size_t owner_key_octets_max = 2 * Name::size_octets_max;

/// A leaf of a zone snapshot: RRsets in canonical order, as the answer section of one message of a transfer,
/// compressed. Names point only to names in the same chunk, as if the chunk began right after the header and a question
/// for the apex; so the octets are valid in every message with such a question (AXFR or IXFR), and are sent as they are
/// (DESIGN.md §4). An RRset that is too large for one chunk lies in pieces in several: each piece looks like an RRset.
///
/// Immutable, so any thread may read it. Made by ChunkWriter.
class Chunk {
 public:
  /// A chunk is split above this: a good size for a signed TCP message, and cheap to render again (trials: 0.2 ms).
  static constexpr std::size_t size_octets_split = 16 * 1024;
  /// A chunk below this is joined with a neighbour.
  static constexpr std::size_t size_octets_merge = 6 * 1024;
  /// Only a chunk with a single RRset (and the SOA, if it is the first chunk) may be larger than `size_octets_split`.
  /// 65,535 less header (12), longest question (259), OPT (11) and longest TSIG record (366) is 64,887. The largest
  /// record fits with the longest SOA before it: 64,000 + 807.
  static constexpr std::size_t size_octets_max = 64'840;

  /// Where the answer section begins: after the header and the question.
  [[nodiscard]] static std::size_t base_offset(const Name& apex);

  /// The octets of an answer section, ready to be sent.
  [[nodiscard]] ByteView octets() const { return octets_; }
  /// For ANCOUNT.
  [[nodiscard]] std::uint16_t record_count() const { return record_count_; }
  [[nodiscard]] std::size_t rrset_count() const { return offsets_.size(); }
  [[nodiscard]] const OwnerKey& first_owner() const { return first_owner_; }
  [[nodiscard]] RRType first_type() const { return first_type_; }
  /// What this chunk takes of memory, with its table.
  [[nodiscard]] std::size_t memory_octets() const;

  // RRset `i`, decoded from the octets. O(its size).
  [[nodiscard]] Name owner(std::size_t i) const;
  [[nodiscard]] RRType type(std::size_t i) const;
  [[nodiscard]] Ttl ttl(std::size_t i) const;
  [[nodiscard]] RRset rrset(std::size_t i) const;
  /// Appends the records of RRset `i`, a later piece of `to`.
  void append_records(std::size_t i, RRset& to) const;
  /// The octets of RRset `i` as they stand here, compressed.
  [[nodiscard]] std::size_t rrset_size_octets(std::size_t i) const;

  /// Writes the OwnerKey of RRset `i` to `key` and returns its size.
  [[nodiscard]] std::size_t owner_key(std::size_t i, std::span<std::uint8_t, owner_key_octets_max> key) const;

  /// The first RRset that is not before (`owner`, `type`), or `rrset_count()`. `owner` are the octets of an OwnerKey.
  /// The SOA is before all other types. O(log n), decodes in place.
  [[nodiscard]] std::size_t lower_bound(ByteView owner, RRType type) const;

  /// RRset `rrset` is to be `to`: of the same owner, with its case, and type.
  struct Replacement {
    std::size_t rrset;
    const RRset* to;
  };
  /// A copy with other records, the same octets as if it were rendered again; null if that can't be done in place: each
  /// record must be as long as the one that it replaces, and of a type without compressed names. Of the SOA the names
  /// are left as they are.
  [[nodiscard]] std::shared_ptr<const Chunk> with_records(std::span<const Replacement> replacements) const;
  /// A copy with another serial in the SOA, which must be RRset 0.
  [[nodiscard]] std::shared_ptr<const Chunk> with_serial(Serial serial) const;

  /// The order of types at one owner in a snapshot: by number, but the SOA first.
  [[nodiscard]] static constexpr std::uint16_t rank(RRType type) { return type == RRType::soa ? 0 : type.value(); }

  /// Only ChunkWriter makes one, and `read_chunk` (chunk_codec.hpp) after it has checked all.
  class Key {
    friend class ChunkWriter;
    friend Result<std::shared_ptr<const Chunk>> read_chunk(ByteView stored, const Name& apex);
    Key() = default;
  };
  /// `octets` begins with an RRset of `first_type` owned by `first_owner`.
  Chunk(Key, std::size_t base_offset, ByteView octets, std::vector<std::uint16_t> offsets, std::size_t record_count,
        OwnerKey first_owner, RRType first_type);

 private:
  struct RecordView;
  [[nodiscard]] bool replace_records(const Replacement& replacement);
  [[nodiscard]] std::size_t end_of(std::size_t i) const;
  [[nodiscard]] std::size_t skip_name(std::size_t at) const;
  [[nodiscard]] std::size_t expand_name(std::size_t at, std::span<std::uint8_t, Name::size_octets_max> wire) const;
  [[nodiscard]] RecordView record_at(std::size_t at) const;
  [[nodiscard]] Rdata rdata_of(const RecordView& record) const;
  [[nodiscard]] std::uint16_t u16_at(std::size_t at) const;
  [[nodiscard]] std::uint32_t u32_at(std::size_t at) const;
  [[nodiscard]] std::strong_ordering compare(std::size_t i, ByteView owner, std::uint16_t rank) const;

  OwnerKey first_owner_;  ///< first: a search of the tree reads nothing else
  RRType first_type_;
  Bytes octets_;
  std::vector<std::uint16_t> offsets_;  ///< where each RRset starts in octets_
  std::uint16_t base_offset_;
  std::uint16_t record_count_;
};

using ChunkPointer = std::shared_ptr<const Chunk>;

}  // namespace minidns::dns
