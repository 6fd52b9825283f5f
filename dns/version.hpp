#pragma once

#include <compare>
#include <cstdint>

namespace minidns::dns {

/// The number of an immutable zone version (DESIGN.md invariant 1): 1 and up, 63 bits, never wraps, may skip.
class Version {
 public:
  constexpr explicit Version(std::int64_t value) : value_(value) {}
  [[nodiscard]] constexpr std::int64_t value() const { return value_; }
  friend constexpr auto operator<=>(Version, Version) = default;

 private:
  std::int64_t value_;
};

}  // namespace minidns::dns
