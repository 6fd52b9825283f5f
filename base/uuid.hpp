#pragma once

#include "base/bytes.hpp"

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace minidns {

/// A UUID (RFC 9562), compared as 16 octets.
class Uuid {
 public:
  explicit Uuid(const std::array<std::uint8_t, 16>& octets) : octets_(octets) {}

  /// Dashed lower- or upper-case form, 36 characters; nothing for anything else.
  [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
  /// RFC 9562 §5.7: 48 bits of Unix time in milliseconds, the rest random. Ordered by time across milliseconds.
  [[nodiscard]] static Uuid version7(std::chrono::system_clock::time_point now);

  /// Dashed lower-case form.
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] ByteView octets() const { return octets_; }

  friend auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  std::array<std::uint8_t, 16> octets_;
};

}  // namespace minidns

template <>
struct std::hash<minidns::Uuid> {
  std::size_t operator()(const minidns::Uuid& uuid) const noexcept;
};
