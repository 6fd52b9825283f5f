#pragma once

#include "base/bytes.hpp"
#include "dnssec/crypto/rsa_parts.hpp"
#include "dnssec/signer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace minidns::dnssec {

using SharedSigner = std::shared_ptr<const Signer>;

/// Messages that are worked on together, and of which one signature at least is verified.
inline constexpr std::size_t batch_size_max = 64;

/// What `make_signer` chooses from. Each takes valid keys only.
[[nodiscard]] SharedSigner make_ecdsa_signer(Algorithm algorithm, std::uint16_t key_tag, ByteView private_key,
                                             ByteView public_key);
[[nodiscard]] SharedSigner make_ed25519_signer(std::uint16_t key_tag, ByteView seed);
[[nodiscard]] SharedSigner make_ed448_signer(std::uint16_t key_tag, ByteView private_key);
[[nodiscard]] SharedSigner make_rsa_signer(std::uint16_t key_tag, const RsaParts& parts);

}  // namespace minidns::dnssec
