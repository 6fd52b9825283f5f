#pragma once

#include <cstddef>
#include <string>

namespace minidns::dns {

// What objects take of memory with glibc's malloc (8 octets before each block, blocks are multiples of 16), so that a
// byte budget over snapshots of small zones isn't wrong by half.

[[nodiscard]] constexpr std::size_t heap_octets(std::size_t size) {
  return size == 0 ? 0 : (size + 8 + 15) / 16 * 16;
}

/// An object made by make_shared: two counts and a table pointer stand before it.
[[nodiscard]] constexpr std::size_t shared_octets(std::size_t size) {
  return heap_octets(size + 16);
}

/// What a std::string of this size has outside of itself.
[[nodiscard]] inline std::size_t string_heap_octets(std::size_t size) {
  return size <= std::string().capacity() ? 0 : heap_octets(size + 1);
}

}  // namespace minidns::dns
