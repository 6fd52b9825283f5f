#pragma once

#include "dnssec/error.hpp"

#include <cstdint>
#include <string_view>

namespace minidns::dnssec {

/// DNSSEC algorithm numbers that we sign with (RFC 8624 §3.1).
enum class Algorithm : std::uint8_t {
  rsasha256 = 8,
  ecdsap256sha256 = 13,
  ecdsap384sha384 = 14,
  ed25519 = 15,
  ed448 = 16,
};

[[nodiscard]] Result<Algorithm> algorithm_from_number(std::uint8_t number);
/// The mnemonic of IANA's registry in any case (`ECDSAP256SHA256`), or the number.
[[nodiscard]] Result<Algorithm> algorithm_from_text(std::string_view text);
/// The mnemonic, in capitals.
[[nodiscard]] std::string_view to_text(Algorithm algorithm);

}  // namespace minidns::dnssec
