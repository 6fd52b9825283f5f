#include "base/secret.hpp"

#include <cstring>
#include <utility>

namespace minidns {
namespace {

void wipe(Bytes& octets) {
  if (!octets.empty()) {
    ::explicit_bzero(octets.data(), octets.size());
  }
  octets.clear();
}

}  // namespace

Secret::Secret(Bytes octets) : octets_(std::move(octets)) {}

Secret::~Secret() {
  wipe(octets_);
}

Secret::Secret(const Secret& other) = default;

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    // Not an assignment of the vectors: that could free or shorten a buffer that was not wiped.
    *this = Secret(other);
  }
  return *this;
}

Secret::Secret(Secret&& other) noexcept : octets_(std::exchange(other.octets_, Bytes())) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe(octets_);
    octets_ = std::exchange(other.octets_, Bytes());
  }
  return *this;
}

bool Secret::equals(const Secret& other) const {
  return equal_in_constant_time(octets_, other.octets_);
}

bool equal_in_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) {
    return false;
  }
  // Volatile keeps the compiler from leaving the loop at the first difference.
  volatile std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<std::uint8_t>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

}  // namespace minidns
