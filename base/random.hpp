#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>

namespace minidns {

/// Octets from the kernel's random number generator (getrandom(2)); throws std::system_error if it has none.
[[nodiscard]] Bytes random_bytes(std::size_t count);
[[nodiscard]] std::uint64_t random_u64();

}  // namespace minidns
