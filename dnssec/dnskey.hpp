#pragma once

#include "base/bytes.hpp"
#include "dns/rrset.hpp"
#include "dnssec/algorithm.hpp"
#include "dnssec/error.hpp"

#include <cstdint>

namespace minidns::dnssec {

/// A public key as a DNSKEY record has it (RFC 4034 §2), of an algorithm that we sign with.
struct Dnskey {
  std::uint16_t flags;
  Algorithm algorithm;
  Bytes public_key;  ///< in the form of its algorithm (RFC 3110, RFC 6605 §4, RFC 8080 §3)

  static constexpr std::uint16_t flags_zsk = 256;                 ///< the zone bit
  static constexpr std::uint16_t flags_ksk = 257;                 ///< and SEP
  static constexpr std::uint16_t flag_zone = 0x100;               ///< RFC 4034 §2.1.1
  static constexpr std::uint16_t flag_sep = 1;                    ///< RFC 4034 §2.1.1
  static constexpr std::uint8_t protocol = 3;                     ///< RFC 4034 §2.1.2
  static constexpr std::size_t public_key_octets_max = 1024 + 3;  ///< RFC 3110: a modulus of 4096 bits fits, and more

  /// `bad_input`: too short, another protocol. `unknown_algorithm`. `bad_key`: a public key whose size isn't its
  /// algorithm's; whether it is a point of the curve is for those to find out who verify with it.
  [[nodiscard]] static Result<Dnskey> from_rdata(ByteView rdata);
  [[nodiscard]] dns::Rdata rdata() const;

  /// RFC 4034 appendix B.
  [[nodiscard]] std::uint16_t key_tag() const;
  [[nodiscard]] bool is_sep() const { return (flags & flag_sep) != 0; }

  friend bool operator==(const Dnskey&, const Dnskey&) = default;
};

}  // namespace minidns::dnssec
