#include "dns/wire/reader.hpp"

#include <algorithm>
#include <array>

namespace minidns::dns {
namespace {

constexpr std::uint8_t pointer_bits = 0xc0;

Error truncated() {
  return {Errc::truncated, "the octets end too early"};
}

}  // namespace

Result<std::uint8_t> Reader::u8() {
  if (remaining() < 1) {
    return truncated();
  }
  return octets_[position_++];
}

Result<std::uint16_t> Reader::u16() {
  if (remaining() < 2) {
    return truncated();
  }
  const auto value = static_cast<std::uint16_t>(octets_[position_] << 8 | octets_[position_ + 1]);
  position_ += 2;
  return value;
}

Result<std::uint32_t> Reader::u32() {
  if (remaining() < 4) {
    return truncated();
  }
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | octets_[position_ + i];
  }
  position_ += 4;
  return value;
}

Result<ByteView> Reader::octets(std::size_t count) {
  if (remaining() < count) {
    return truncated();
  }
  const auto view = octets_.subspan(position_, count);
  position_ += count;
  return view;
}

Result<Name> Reader::name() {
  std::array<std::uint8_t, Name::size_octets_max> wire;
  std::size_t size = 0;
  std::size_t run_start = position_;  // a pointer must go below it
  std::size_t at = position_;
  std::size_t pointers = 0;
  while (true) {
    if (at >= octets_.size()) {
      return Error{Errc::truncated, "the octets end inside a name"};
    }
    const std::uint8_t length = octets_[at];
    if ((length & pointer_bits) == pointer_bits) {
      if (at + 1 >= octets_.size()) {
        return Error{Errc::truncated, "the octets end inside a name"};
      }
      const std::size_t target = std::size_t{length & 0x3fU} << 8 | octets_[at + 1];
      if (target >= run_start || ++pointers > pointers_max) {
        return Error{Errc::bad_pointer, "a compression pointer doesn't point back, or there are too many"};
      }
      if (pointers == 1) {
        position_ = at + 2;
      }
      run_start = at = target;
      continue;
    }
    if (length > Name::label_size_octets_max) {
      return Error{Errc::bad_label, "a label has a reserved type"};
    }
    const std::size_t next = at + 1 + length;
    if (next > octets_.size()) {
      return Error{Errc::truncated, "the octets end inside a name"};
    }
    if (size + 1 + length + (length == 0 ? 0 : 1) > wire.size()) {
      return Error{Errc::name_too_long, "the name has more than 255 octets"};
    }
    std::copy(octets_.begin() + static_cast<std::ptrdiff_t>(at), octets_.begin() + static_cast<std::ptrdiff_t>(next),
              wire.begin() + static_cast<std::ptrdiff_t>(size));
    size += 1 + std::size_t{length};
    at = next;
    if (length == 0) {
      break;
    }
  }
  if (pointers == 0) {
    position_ = at;
  }
  return Name::from_wire(ByteView(wire.data(), size));
}

Result<Name> Reader::uncompressed_name() {
  const std::size_t start = position_;
  std::size_t at = start;
  while (at < octets_.size() && octets_[at] != 0) {
    if (octets_[at] > Name::label_size_octets_max) {
      return Error{Errc::bad_label, "the name is compressed or has a label of a reserved type"};
    }
    at += 1 + std::size_t{octets_[at]};
  }
  if (at >= octets_.size()) {
    return Error{Errc::truncated, "the octets end inside a name"};
  }
  position_ = at + 1;
  return Name::from_wire(octets_.subspan(start, position_ - start));
}

}  // namespace minidns::dns
