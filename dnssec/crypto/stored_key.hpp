#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "dnssec/algorithm.hpp"
#include "dnssec/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace minidns::dnssec {

/// PrivateKey::stored taken apart: what comes behind the two octets that say which form and algorithm.
struct StoredKey {
  Algorithm algorithm;
  ByteView material;

  static constexpr std::uint8_t form = 1;
  static constexpr std::size_t header_octets = 2;

  [[nodiscard]] static std::array<std::uint8_t, header_octets> header(Algorithm algorithm) {
    return {form, static_cast<std::uint8_t>(algorithm)};
  }
  /// Whether the material is a key isn't looked at.
  [[nodiscard]] static Result<StoredKey> read(ByteView stored);
};

/// Of a scalar or a seed; 0 for RSA, which has no one size.
[[nodiscard]] std::size_t key_octets(Algorithm algorithm);

/// The public key in DNSKEY form. `bad_key`: the material is no key of its algorithm.
[[nodiscard]] Result<Bytes> checked_public_key(const StoredKey& key);

}  // namespace minidns::dnssec
