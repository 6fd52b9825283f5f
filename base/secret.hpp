#pragma once

#include "base/bytes.hpp"

namespace minidns {

/// Octets that must not leak: not printable, not comparable except in constant time, wiped when destroyed.
class Secret {
 public:
  explicit Secret(Bytes octets);
  ~Secret();
  Secret(const Secret& other);
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;

  /// For handing to a cryptographic function; never for a log or a message.
  [[nodiscard]] ByteView reveal() const { return octets_; }
  /// Takes the same time wherever the first difference is; the lengths themselves are not hidden.
  [[nodiscard]] bool equals(const Secret& other) const;

 private:
  Bytes octets_;
};

/// Compares in a time that depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(ByteView a, ByteView b);

}  // namespace minidns
