#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstdint>

namespace minidns::dnssec {

// One for each record or name of a zone, so without what OpenSSL 3.0's one-call forms cost: each looks the algorithm up
// by its name, under a lock.

/// FIPS 180-4; in NSEC3 (RFC 5155 §11).
[[nodiscard]] std::array<std::uint8_t, 20> sha1_of(ByteView octets);
/// The first 8 octets of SHA-256, big-endian. Never another function: signature times depend on it.
[[nodiscard]] std::uint64_t stable_hash(ByteView octets);

}  // namespace minidns::dnssec
