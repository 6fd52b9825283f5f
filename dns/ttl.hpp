#pragma once

#include "dns/error.hpp"

#include <compare>
#include <cstdint>

namespace minidns::dns {

/// Seconds, 0 to 2^31-1 (RFC 2181 §8).
class Ttl {
 public:
  [[nodiscard]] static Result<Ttl> from_seconds(std::int64_t seconds);
  /// From a message: a value with the high bit set means 0 (RFC 2181 §8).
  [[nodiscard]] static constexpr Ttl from_wire(std::uint32_t value) { return Ttl(value > seconds_max ? 0 : value); }

  [[nodiscard]] constexpr std::uint32_t seconds() const { return seconds_; }
  friend constexpr auto operator<=>(Ttl, Ttl) = default;

  static constexpr std::uint32_t seconds_max = 0x7fff'ffff;

 private:
  constexpr explicit Ttl(std::uint32_t seconds) : seconds_(seconds) {}
  std::uint32_t seconds_;
};

}  // namespace minidns::dns
