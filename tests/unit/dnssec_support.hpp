#pragma once

#include "base/bytes.hpp"
#include "dnssec/crypto/make_signer.hpp"
#include "dnssec/crypto/private_key.hpp"
#include "dnssec/crypto/stored_key.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::dnssec::test {

inline constexpr Algorithm all_algorithms[] = {Algorithm::rsasha256, Algorithm::ecdsap256sha256,
                                               Algorithm::ecdsap384sha384, Algorithm::ed25519, Algorithm::ed448};

/// The scalar or seed in hexadecimal.
[[nodiscard]] PrivateKey key_from_hex(Algorithm algorithm, std::string_view material);
/// The same key on every run, one for each algorithm.
[[nodiscard]] PrivateKey fixed_key(Algorithm algorithm);

/// Messages of 0 to 300 octets, the same ones for the same seed.
[[nodiscard]] std::vector<Bytes> random_messages(std::size_t count, unsigned seed);
[[nodiscard]] std::vector<ByteView> views(const std::vector<Bytes>& messages);

[[nodiscard]] Bytes sign_one(const PrivateKey& key, ByteView message);

/// OpenSSL's verdict, by the public key alone, through its EVP interface.
[[nodiscard]] bool verifies(const Dnskey& key, ByteView message, ByteView signature);

}  // namespace minidns::dnssec::test
