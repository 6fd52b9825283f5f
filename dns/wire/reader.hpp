#pragma once

#include "base/bytes.hpp"
#include "dns/error.hpp"
#include "dns/name.hpp"

#include <cstddef>
#include <cstdint>

namespace minidns::dns {

/// Reads big-endian numbers and names from octets, front to back. A read that fails leaves the position undefined.
class Reader {
 public:
  explicit Reader(ByteView octets, std::size_t position = 0) : octets_(octets), position_(position) {}

  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t remaining() const { return octets_.size() - position_; }

  [[nodiscard]] Result<std::uint8_t> u8();
  [[nodiscard]] Result<std::uint16_t> u16();
  [[nodiscard]] Result<std::uint32_t> u32();
  /// A view into what is read.
  [[nodiscard]] Result<ByteView> octets(std::size_t count);

  /// A name that may be compressed. Every pointer must point before the label run that it ends (RFC 1035 §4.1.4: "a
  /// prior occurrence"), so reading always ends; at most `pointers_max` pointers, so that a chain of them costs little.
  [[nodiscard]] Result<Name> name();
  /// A name in which a pointer is an error.
  [[nodiscard]] Result<Name> uncompressed_name();

  /// A name has at most 127 labels; more pointers than labels only come from an attacker.
  static constexpr std::size_t pointers_max = 127;

 private:
  ByteView octets_;
  std::size_t position_;
};

}  // namespace minidns::dns
