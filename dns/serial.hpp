#pragma once

#include <cstdint>

namespace minidns::dns {

/// A zone's serial number, ordered partially (RFC 1982 with 32 bits): two serials 2^31 apart are incomparable, so there
/// is no operator <.
class Serial {
 public:
  constexpr explicit Serial(std::uint32_t value) : value_(value) {}

  [[nodiscard]] constexpr std::uint32_t value() const { return value_; }
  /// RFC 1982 §3.2. False for equal and for incomparable serials.
  [[nodiscard]] constexpr bool is_newer_than(Serial other) const {
    const std::uint32_t distance = value_ - other.value_;
    return distance != 0 && distance < half_range;
  }
  [[nodiscard]] constexpr bool is_comparable_with(Serial other) const { return value_ - other.value_ != half_range; }
  /// RFC 1982 §3.1; `by` must be in 1..2^31-1. Serial 0 is skipped, since some servers take it for "none".
  [[nodiscard]] constexpr Serial advanced(std::uint32_t by) const {
    const std::uint32_t next = value_ + by;
    return Serial(next == 0 ? 1 : next);
  }

  friend constexpr bool operator==(Serial, Serial) = default;

  static constexpr std::uint32_t half_range = 0x8000'0000;

 private:
  std::uint32_t value_;
};

}  // namespace minidns::dns
