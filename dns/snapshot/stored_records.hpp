#pragma once

#include "base/bytes.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace minidns::dns {

/// Walks over the records of an answer section whose octets nobody vouches for, and checks what decoding a Chunk relies
/// on: names end inside, are no longer than a name may be, point only back and only into the section; owners lie in the
/// zone; RDATA has the names that its type is compressed by. Allocates nothing.
class StoredRecords {
 public:
  /// Of a chunk of the zone `apex`; both must outlive it.
  StoredRecords(ByteView section, const Name& apex);

  [[nodiscard]] bool at_end() const { return at_ == section_.size(); }
  [[nodiscard]] std::size_t position() const { return at_; }

  /// Steps over the record here. False if it isn't valid; then the walk is over.
  [[nodiscard]] bool begin_rrset();
  /// The same, and it must be of the RRset of the record before: owner in the same case, type, TTL (but of RRSIGs).
  [[nodiscard]] bool continue_rrset();

  // Of the last record:
  [[nodiscard]] RRType type() const { return type_; }
  [[nodiscard]] Name owner() const;

 private:
  using NameBuffer = std::array<std::uint8_t, Name::size_octets_max>;
  struct Expanded {
    std::size_t end;   ///< in the section, after the name or its pointer
    std::size_t size;  ///< of the whole name
  };
  [[nodiscard]] std::optional<Expanded> expand(std::size_t at, NameBuffer& to) const;
  [[nodiscard]] bool is_in_zone(ByteView owner) const;
  [[nodiscard]] bool read_record();
  [[nodiscard]] bool has_its_names(std::size_t rdata_at, std::size_t rdata_size) const;

  ByteView section_;
  Name apex_;  // lower case
  std::size_t base_offset_;
  std::size_t at_ = 0;
  NameBuffer owner_;
  std::size_t owner_size_ = 0;
  RRType type_{0};
  std::uint32_t ttl_ = 0;
};

}  // namespace minidns::dns
