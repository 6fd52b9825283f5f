#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstdint>

namespace minidns {

/// SHA-256 (FIPS 180-4). Used for API tokens at rest (256 random bits need no slow hash) and file checksums.
[[nodiscard]] std::array<std::uint8_t, 32> sha256(ByteView bytes);

}  // namespace minidns
