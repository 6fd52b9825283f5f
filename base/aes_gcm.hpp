#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace minidns {

inline constexpr std::size_t aes_key_octets = 32;
inline constexpr std::size_t aes_gcm_nonce_octets = 12;
inline constexpr std::size_t aes_gcm_tag_octets = 16;
/// What sealing adds to header and content.
inline constexpr std::size_t aes_gcm_overhead_octets = aes_gcm_nonce_octets + aes_gcm_tag_octets;

/// AES-256-GCM (NIST SP 800-38D) with a random nonce: header, nonce, ciphertext, tag. Header and context are
/// authenticated; the context isn't in what comes out. `key` has 32 octets.
[[nodiscard]] Bytes aes_gcm_seal(const Secret& key, ByteView header, const Secret& content, std::string_view context);
/// Nothing if it isn't what was sealed with this key and context. `header_octets`: how long the header is.
[[nodiscard]] std::optional<Secret> aes_gcm_open(const Secret& key, ByteView sealed, std::size_t header_octets,
                                                 std::string_view context);

}  // namespace minidns
