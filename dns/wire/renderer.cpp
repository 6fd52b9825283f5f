#include "dns/wire/renderer.hpp"

#include "dns/record_ttl.hpp"
#include "dns/wire/embedded_names.hpp"
#include "dns/wire/message.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace minidns::dns {
namespace {

constexpr std::size_t labels_max = 127;
constexpr std::size_t pointer_size_octets = 2;

void put_u16(std::uint8_t* at, std::size_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
}

}  // namespace

RecordRenderer::RecordRenderer(std::size_t base_offset, std::size_t size_octets_max)
    : base_offset_(base_offset), size_octets_max_(size_octets_max) {
  assert(base_offset + size_octets_max <= message_size_octets_max);
}

void RecordRenderer::reset(std::size_t base_offset, std::size_t size_octets_max) {
  assert(base_offset + size_octets_max <= message_size_octets_max);
  base_offset_ = base_offset;
  size_octets_max_ = size_octets_max;
  octets_.clear();
  names_.clear();
  last_owner_.wire.clear();
}

bool RecordRenderer::append(ByteView octets) {
  if (octets_.size() + octets.size() > size_octets_max_) {
    return false;
  }
  write_octets(octets);
  return true;
}

bool RecordRenderer::rrset(const RRset& rrset) {
  const Mark before = mark();
  for (const auto& rdata : rrset.rdata) {
    if (!record(rrset.owner, rrset.type, class_in, record_ttl(rrset, rdata).seconds(), rdata.octets())) {
      rollback(before);
      return false;
    }
  }
  return true;
}

bool RecordRenderer::record(const Name& owner, RRType type, std::uint16_t klass, std::uint32_t ttl, ByteView rdata) {
  constexpr std::size_t fixed_size = 10;  // TYPE, CLASS, TTL, RDLENGTH (RFC 1035 §4.1.3)
  if (rdata.size() > message_size_octets_max) {
    return false;
  }
  const Mark before = mark();
  write_owner(owner);
  std::array<std::uint8_t, fixed_size> fixed;
  put_u16(&fixed[0], type.value());
  put_u16(&fixed[2], klass);
  put_u16(&fixed[4], ttl >> 16);
  put_u16(&fixed[6], ttl & 0xffff);
  put_u16(&fixed[8], rdata.size());
  write_octets(fixed);
  const std::size_t rdata_start = octets_.size();
  write_rdata(type, rdata);
  if (octets_.size() > size_octets_max_) {
    rollback(before);
    return false;
  }
  put_u16(&octets_[rdata_start - 2], octets_.size() - rdata_start);
  return true;
}

void RecordRenderer::rollback(const Mark& mark) {
  assert(mark.size <= octets_.size() && mark.names <= names_.size());
  octets_.resize(mark.size);
  names_.truncate(mark.names);
  if (last_owner_.position >= mark.size) {
    last_owner_.wire.clear();
  }
}

void RecordRenderer::write_owner(const Name& owner) {
  const auto wire = owner.wire();
  if (std::equal(wire.begin(), wire.end(), last_owner_.wire.begin(), last_owner_.wire.end())) {
    write_pointer(last_owner_.offset);
    return;
  }
  const std::size_t position = octets_.size();
  write_compressed(wire);
  std::size_t offset = base_offset_ + position;
  if (octets_.size() - position == pointer_size_octets && octets_[position] >= 0xc0) {
    offset =
        (std::size_t{octets_[position]} & 0x3f) << 8 | octets_[position + 1];  // point to the name, not to a pointer
  }
  last_owner_.wire.clear();
  if (offset < NameTable::offset_end && !owner.is_root()) {
    last_owner_.wire.assign(wire.begin(), wire.end());
    last_owner_.position = position;
    last_owner_.offset = static_cast<NameTable::Offset>(offset);
  }
}

void RecordRenderer::write_compressed(ByteView wire) {
  std::array<std::uint8_t, labels_max> labels;
  std::size_t count = 0;
  for (std::size_t at = 0; wire[at] != 0; at += 1 + std::size_t{wire[at]}) {
    labels[count++] = static_cast<std::uint8_t>(at);
  }
  const auto label = [&](std::size_t i) { return wire.subspan(labels[i], 1 + std::size_t{wire[labels[i]]}); };

  // From the root outwards, as far as the suffix is known.
  NameTable::Offset suffix = NameTable::root_offset;
  std::size_t unknown = count;
  while (unknown > 0) {
    const auto found = names_.find(label(unknown - 1), suffix, octets_, base_offset_);
    if (!found) {
      break;
    }
    suffix = *found;
    --unknown;
  }

  const std::size_t start = base_offset_ + octets_.size();
  write_octets(wire.first(unknown == count ? wire.size() : labels[unknown]));
  if (suffix != NameTable::root_offset) {
    write_pointer(suffix);
  }
  for (std::size_t i = unknown; i > 0; --i) {
    const std::size_t offset = start + labels[i - 1];
    if (offset >= NameTable::offset_end) {
      break;  // the labels outwards are known by this one, which can't be pointed to
    }
    names_.add(label(i - 1), suffix, static_cast<NameTable::Offset>(offset));
    suffix = static_cast<NameTable::Offset>(offset);
  }
}

void RecordRenderer::write_rdata(RRType type, ByteView rdata) {
  const EmbeddedNames layout = compressible_names(type);
  if (!has_names_of(layout, rdata)) {
    write_octets(rdata);
    return;
  }
  write_octets(rdata.first(layout.prefix_octets));
  auto rest = rdata.subspan(layout.prefix_octets);
  for (std::size_t i = 0; i < layout.names; ++i) {
    const std::size_t size = *uncompressed_name_size(rest);
    write_compressed(rest.first(size));
    rest = rest.subspan(size);
  }
  write_octets(rest);
}

void RecordRenderer::write_pointer(std::size_t offset) {
  std::array<std::uint8_t, pointer_size_octets> pointer;
  put_u16(pointer.data(), 0xc000 | offset);
  write_octets(pointer);
}

}  // namespace minidns::dns
