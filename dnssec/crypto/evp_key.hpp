#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "dnssec/crypto/handles.hpp"
#include "dnssec/crypto/rsa_parts.hpp"
#include "dnssec/error.hpp"

namespace minidns::dnssec {

/// `bad_key`: numbers that don't fit each other, a modulus outside rsa_bits_min … rsa_bits_max, a public exponent that
/// is even, 1, or above 64 bits. Whether the primes are primes isn't tested: a signature that verifies shows more.
[[nodiscard]] Result<EvpKey> make_rsa_key(const RsaParts& parts);
/// 57 octets.
[[nodiscard]] EvpKey make_ed448_key(ByteView private_key);
[[nodiscard]] Bytes ed448_public_key(ByteView private_key);

/// The numbers of a new key with the public exponent 65537, packed (rsa_parts.hpp) behind `prefix`.
[[nodiscard]] Secret generate_rsa(int bits, ByteView prefix);

}  // namespace minidns::dnssec
