#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace minidns::dnssec {

/// Without what OpenSSL 3.0's one-call forms cost (each looks the digest up by its name). `out` must have 32 octets.
void sha256_into(ByteView message, std::span<std::uint8_t> out);
/// `out` must have 48 octets.
void sha384_into(ByteView message, std::span<std::uint8_t> out);

/// Which of the messages has its signature looked at: depends on all of them, so that nobody can tell beforehand, and
/// on nothing else, so that nothing is random. There must be at least one.
[[nodiscard]] std::size_t pick_sample(std::span<const ByteView> messages);

}  // namespace minidns::dnssec
