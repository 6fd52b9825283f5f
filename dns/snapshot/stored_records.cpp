#include "dns/snapshot/stored_records.hpp"

#include "dns/rrset.hpp"
#include "dns/snapshot/chunk.hpp"
#include "dns/ttl.hpp"
#include "dns/wire/embedded_names.hpp"
#include "dns/wire/message.hpp"

#include <algorithm>
#include <cstring>

namespace minidns::dns {
namespace {

constexpr std::size_t fixed_octets = 10;  // TYPE, CLASS, TTL, RDLENGTH after the owner (RFC 1035 §4.1.3)
constexpr std::uint8_t pointer_bits = 0xc0;

std::uint16_t u16_at(ByteView from, std::size_t at) {
  return static_cast<std::uint16_t>(from[at] << 8 | from[at + 1]);
}

std::uint8_t lower(std::uint8_t c) {
  return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c - 'A' + 'a') : c;
}

}  // namespace

StoredRecords::StoredRecords(ByteView section, const Name& apex)
    : section_(section), apex_(apex.lowercased()), base_offset_(Chunk::base_offset(apex)), owner_{} {}

bool StoredRecords::begin_rrset() {
  return read_record();
}

bool StoredRecords::continue_rrset() {
  if (at_ == 0) {
    return false;
  }
  const NameBuffer owner = owner_;
  const std::size_t owner_size = owner_size_;
  const RRType type = type_;
  const std::uint32_t ttl = ttl_;
  // Each RRSIG has the TTL of what it covers (dns/record_ttl.hpp).
  return read_record() && type == type_ && (ttl == ttl_ || type == RRType::rrsig) && owner_size == owner_size_ &&
         std::memcmp(owner.data(), owner_.data(), owner_size) == 0;
}

Name StoredRecords::owner() const {
  return *Name::from_wire({owner_.data(), owner_size_});
}

bool StoredRecords::read_record() {
  const auto owner = expand(at_, owner_);
  if (!owner || section_.size() - owner->end < fixed_octets) {
    return false;
  }
  owner_size_ = owner->size;
  type_ = RRType(u16_at(section_, owner->end));
  ttl_ = std::uint32_t{u16_at(section_, owner->end + 4)} << 16 | u16_at(section_, owner->end + 6);
  const std::size_t rdata_at = owner->end + fixed_octets;
  const std::size_t rdata_size = u16_at(section_, owner->end + 8);
  if (type_.is_meta() || u16_at(section_, owner->end + 2) != class_in || ttl_ > Ttl::seconds_max ||
      section_.size() - rdata_at < rdata_size || !is_in_zone({owner_.data(), owner_size_}) ||
      !has_its_names(rdata_at, rdata_size)) {
    return false;
  }
  at_ = rdata_at + rdata_size;
  return true;
}

/// Every pointer leads before the run of labels that it ends, so this ends.
std::optional<StoredRecords::Expanded> StoredRecords::expand(std::size_t at, NameBuffer& to) const {
  std::size_t size = 0;
  std::size_t run = at;
  std::optional<std::size_t> end;
  while (at < section_.size()) {
    const std::size_t length = section_[at];
    if (length >= pointer_bits) {
      if (section_.size() - at < 2) {
        return std::nullopt;
      }
      const std::size_t target = u16_at(section_, at) & 0x3fffU;
      if (target < base_offset_ || target - base_offset_ >= run) {
        return std::nullopt;
      }
      end = end.value_or(at + 2);
      at = run = target - base_offset_;
      continue;
    }
    if (length > Name::label_size_octets_max || section_.size() - at < 1 + length ||
        size + 1 + length + (length == 0 ? 0 : 1) > Name::size_octets_max) {
      return std::nullopt;
    }
    std::memcpy(&to[size], &section_[at], 1 + length);
    size += 1 + length;
    at += 1 + length;
    if (length == 0) {
      return Expanded{end.value_or(at), size};
    }
  }
  return std::nullopt;
}

bool StoredRecords::is_in_zone(ByteView owner) const {
  const ByteView apex = apex_.wire();
  if (owner.size() < apex.size()) {
    return false;
  }
  const std::size_t relative = owner.size() - apex.size();
  std::size_t at = 0;
  while (at < relative) {
    at += 1 + std::size_t{owner[at]};
  }
  // Lengths of labels are below 'A', so they aren't changed.
  return at == relative && std::equal(apex.begin(), apex.end(), owner.begin() + static_cast<std::ptrdiff_t>(relative),
                                      [](std::uint8_t a, std::uint8_t b) { return a == lower(b); });
}

bool StoredRecords::has_its_names(std::size_t rdata_at, std::size_t rdata_size) const {
  const EmbeddedNames layout = compressible_names(type_);
  if (layout.names == 0) {
    return rdata_size <= Rdata::size_octets_max;
  }
  const std::size_t end = rdata_at + rdata_size;
  std::size_t at = rdata_at + layout.prefix_octets;
  std::size_t expanded = layout.prefix_octets;
  NameBuffer name;
  for (std::size_t i = 0; i < layout.names; ++i) {
    if (at >= end) {
      return false;
    }
    const auto one = expand(at, name);
    if (!one || one->end > end) {
      return false;
    }
    expanded += one->size;
    at = one->end;
  }
  return expanded + (end - at) <= Rdata::size_octets_max;
}

}  // namespace minidns::dns
