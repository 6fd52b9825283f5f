#pragma once

#include <cstdint>

namespace minidns::dnssec {

/// DNSSEC algorithm numbers that we sign with (RFC 8624 §3.1).
enum class Algorithm : std::uint8_t {
  rsasha256 = 8,
  ecdsap256sha256 = 13,
  ecdsap384sha384 = 14,
  ed25519 = 15,
  ed448 = 16,
};

}  // namespace minidns::dnssec
