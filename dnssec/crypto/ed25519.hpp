#pragma once

#include "base/bytes.hpp"

namespace minidns::dnssec {

/// RFC 8032 §5.1.5; `seed` is the private key, 32 octets.
[[nodiscard]] Bytes ed25519_public_key(ByteView seed);

}  // namespace minidns::dnssec
