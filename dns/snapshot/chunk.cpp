#include "dns/snapshot/chunk.hpp"

#include "dns/record_ttl.hpp"
#include "dns/snapshot/allocation.hpp"
#include "dns/wire/embedded_names.hpp"
#include "dns/wire/message.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

namespace minidns::dns {
namespace {

constexpr std::size_t question_fixed_octets = 4;  // QTYPE and QCLASS after the name (RFC 1035 §4.1.2)
constexpr std::size_t fixed_octets = 10;          // TYPE, CLASS, TTL, RDLENGTH after the owner (RFC 1035 §4.1.3)
constexpr std::size_t ttl_before_rdata = 6;       // TTL and RDLENGTH
constexpr std::size_t soa_serial_from_end = 20;   // the serial and four times end the RDATA (RFC 1035 §3.3.13)
constexpr std::size_t labels_max = 127;           // of a name of 255 octets
constexpr std::uint8_t pointer_bits = 0xc0;

std::uint8_t lower(std::uint8_t c) {
  return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c - 'A' + 'a') : c;
}

/// Writes a label as OwnerKey does, and returns the end.
std::uint8_t* write_key_label(ByteView label, std::uint8_t* to) {
  for (const std::uint8_t octet : label) {
    if (octet <= 1) {
      *to++ = 1;
      *to++ = static_cast<std::uint8_t>(octet + 1);
    } else {
      *to++ = lower(octet);
    }
  }
  *to++ = 0;
  return to;
}

}  // namespace

/// A record's parts after its owner.
struct Chunk::RecordView {
  RRType type;
  std::uint32_t ttl;
  std::size_t rdata_at;
  std::size_t rdata_size;
  [[nodiscard]] std::size_t end() const { return rdata_at + rdata_size; }
};

std::size_t Chunk::base_offset(const Name& apex) {
  return header_size_octets + apex.wire().size() + question_fixed_octets;
}

Chunk::Chunk(Key, std::size_t base_offset, ByteView octets, std::vector<std::uint16_t> offsets,
             std::size_t record_count, OwnerKey first_owner, RRType first_type)
    : first_owner_(std::move(first_owner)),
      first_type_(first_type),
      octets_(octets.begin(), octets.end()),
      offsets_(std::move(offsets)),
      base_offset_(static_cast<std::uint16_t>(base_offset)),
      record_count_(static_cast<std::uint16_t>(record_count)) {
  assert(!offsets_.empty() && octets_.size() <= size_octets_max);
}

std::size_t Chunk::memory_octets() const {
  return shared_octets(sizeof(Chunk)) + heap_octets(octets_.capacity()) +
         heap_octets(offsets_.capacity() * sizeof(offsets_[0])) + string_heap_octets(first_owner_.octets().size());
}

Name Chunk::owner(std::size_t i) const {
  std::array<std::uint8_t, Name::size_octets_max> wire;
  const std::size_t size = expand_name(offsets_[i], wire);
  return *Name::from_wire(ByteView(wire.data(), size));  // it was a Name when it was rendered
}

RRType Chunk::type(std::size_t i) const {
  return RRType(u16_at(skip_name(offsets_[i])));
}

Ttl Chunk::ttl(std::size_t i) const {
  return Ttl::from_wire(record_at(offsets_[i]).ttl);
}

RRset Chunk::rrset(std::size_t i) const {
  const RecordView first = record_at(offsets_[i]);
  RRset rrset{owner(i), first.type, Ttl::from_wire(first.ttl), {}};
  append_records(i, rrset);
  return rrset;
}

void Chunk::append_records(std::size_t i, RRset& to) const {
  const std::size_t end = end_of(i);
  for (std::size_t at = offsets_[i]; at < end;) {
    const RecordView record = record_at(at);
    to.rdata.push_back(rdata_of(record));
    at = record.end();
  }
}

std::size_t Chunk::rrset_size_octets(std::size_t i) const {
  return end_of(i) - offsets_[i];
}

std::size_t Chunk::owner_key(std::size_t i, std::span<std::uint8_t, owner_key_octets_max> key) const {
  std::array<std::uint16_t, labels_max> labels;
  std::size_t count = 0;
  std::size_t wire_size = 1;
  for (std::size_t at = offsets_[i]; octets_[at] != 0;) {
    if (octets_[at] >= pointer_bits) {
      at = (u16_at(at) & 0x3fffU) - base_offset_;
      continue;
    }
    labels[count++] = static_cast<std::uint16_t>(at);
    wire_size += 1 + std::size_t{octets_[at]};
    at += 1 + std::size_t{octets_[at]};
  }

  // Leave out the apex's labels, then from the apex outwards.
  const std::size_t apex_size = base_offset_ - header_size_octets - question_fixed_octets;
  std::size_t relative_size = wire_size - apex_size;
  std::size_t relative = 0;
  while (relative_size > 0) {
    relative_size -= 1 + std::size_t{octets_[labels[relative++]]};
  }
  std::uint8_t* end = key.data();
  while (relative > 0) {
    const std::size_t at = labels[--relative];
    end = write_key_label(octets().subspan(at + 1, octets_[at]), end);
  }
  return static_cast<std::size_t>(end - key.data());
}

std::size_t Chunk::lower_bound(ByteView owner, RRType type) const {
  std::size_t low = 0;
  std::size_t high = offsets_.size();
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (compare(middle, owner, rank(type)) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::strong_ordering Chunk::compare(std::size_t i, ByteView owner, std::uint16_t rank_of_type) const {
  std::array<std::uint8_t, owner_key_octets_max> key;
  const int order = as_text(ByteView(key.data(), owner_key(i, key))).compare(as_text(owner));
  if (order != 0) {
    return order <=> 0;
  }
  return rank(type(i)) <=> rank_of_type;
}

std::shared_ptr<const Chunk> Chunk::with_records(std::span<const Replacement> replacements) const {
  auto copy = std::make_shared<Chunk>(*this);
  for (const Replacement& replacement : replacements) {
    if (!copy->replace_records(replacement)) {
      return nullptr;
    }
  }
  return copy;
}

bool Chunk::replace_records(const Replacement& replacement) {
  const RRset& to = *replacement.to;
  const bool is_soa = to.type == RRType::soa;
  if (!is_soa && compressible_names(to.type).names > 0) {
    return false;
  }
  const std::size_t end = end_of(replacement.rrset);
  std::size_t at = offsets_[replacement.rrset];
  for (const Rdata& rdata : to.rdata) {
    if (at == end) {
      return false;
    }
    const RecordView record = record_at(at);
    const ByteView octets = is_soa ? rdata.octets().last(soa_serial_from_end) : rdata.octets();
    if (!is_soa && record.rdata_size != octets.size()) {
      return false;
    }
    const std::uint32_t ttl = record_ttl(to, rdata).seconds();
    for (std::size_t i = 0; i < 4; ++i) {
      octets_[record.rdata_at - ttl_before_rdata + i] = static_cast<std::uint8_t>(ttl >> (24 - 8 * i));
    }
    std::copy(octets.begin(), octets.end(),
              octets_.begin() + static_cast<std::ptrdiff_t>(record.end() - octets.size()));
    at = record.end();
  }
  return at == end;
}

std::shared_ptr<const Chunk> Chunk::with_serial(Serial serial) const {
  assert(first_type_ == RRType::soa);
  auto copy = std::make_shared<Chunk>(*this);
  const std::size_t at = record_at(0).end() - soa_serial_from_end;
  for (std::size_t i = 0; i < 4; ++i) {
    copy->octets_[at + i] = static_cast<std::uint8_t>(serial.value() >> (24 - 8 * i));
  }
  return copy;
}

std::size_t Chunk::end_of(std::size_t i) const {
  return i + 1 < offsets_.size() ? offsets_[i + 1] : octets_.size();
}

std::size_t Chunk::skip_name(std::size_t at) const {
  while (octets_[at] != 0 && octets_[at] < pointer_bits) {
    at += 1 + std::size_t{octets_[at]};
  }
  return at + (octets_[at] == 0 ? 1 : 2);
}

std::size_t Chunk::expand_name(std::size_t at, std::span<std::uint8_t, Name::size_octets_max> wire) const {
  std::size_t size = 0;
  while (octets_[at] != 0) {
    if (octets_[at] >= pointer_bits) {
      at = (u16_at(at) & 0x3fffU) - base_offset_;
      continue;
    }
    const std::size_t label_size = 1 + std::size_t{octets_[at]};
    std::memcpy(&wire[size], &octets_[at], label_size);
    size += label_size;
    at += label_size;
  }
  wire[size] = 0;
  return size + 1;
}

Chunk::RecordView Chunk::record_at(std::size_t at) const {
  const std::size_t fixed = skip_name(at);
  return {RRType(u16_at(fixed)), u32_at(fixed + 4), fixed + fixed_octets, u16_at(fixed + 8)};
}

Rdata Chunk::rdata_of(const RecordView& record) const {
  const EmbeddedNames layout = compressible_names(record.type);
  std::size_t at = record.rdata_at;
  Bytes expanded;
  if (layout.names > 0) {
    expanded.assign(&octets_[at], &octets_[at] + layout.prefix_octets);
    at += layout.prefix_octets;
    std::array<std::uint8_t, Name::size_octets_max> wire;
    for (std::size_t i = 0; i < layout.names; ++i) {
      const std::size_t size = expand_name(at, wire);
      expanded.insert(expanded.end(), wire.begin(), wire.begin() + static_cast<std::ptrdiff_t>(size));
      at = skip_name(at);
    }
  }
  const auto rest = octets().subspan(at, record.end() - at);
  expanded.insert(expanded.end(), rest.begin(), rest.end());
  return *Rdata::from_octets(std::move(expanded));  // it was an Rdata when it was rendered
}

std::uint16_t Chunk::u16_at(std::size_t at) const {
  return static_cast<std::uint16_t>(octets_[at] << 8 | octets_[at + 1]);
}

std::uint32_t Chunk::u32_at(std::size_t at) const {
  return std::uint32_t{u16_at(at)} << 16 | u16_at(at + 2);
}

}  // namespace minidns::dns
