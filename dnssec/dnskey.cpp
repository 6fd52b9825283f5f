#include "dnssec/dnskey.hpp"

#include <algorithm>
#include <string>

namespace minidns::dnssec {
namespace {

constexpr std::size_t fixed_octets = 4;  // flags, protocol, algorithm

Bytes octets_of(const Dnskey& key) {
  Bytes octets(fixed_octets + key.public_key.size());
  octets[0] = static_cast<std::uint8_t>(key.flags >> 8U);
  octets[1] = static_cast<std::uint8_t>(key.flags);
  octets[2] = Dnskey::protocol;
  octets[3] = static_cast<std::uint8_t>(key.algorithm);
  std::copy(key.public_key.begin(), key.public_key.end(), octets.begin() + fixed_octets);
  return octets;
}

/// RFC 3110 §2: the exponent's length in one octet, or in two after a zero; the exponent; the modulus.
bool is_rsa(ByteView key) {
  if (key.size() < 3 || key.size() > Dnskey::public_key_octets_max) {
    return false;
  }
  const bool is_long = key[0] == 0;
  const std::size_t exponent = is_long ? static_cast<std::size_t>(key[1] << 8U | key[2]) : key[0];
  const std::size_t header = is_long ? 3 : 1;
  return exponent != 0 && key.size() > header + exponent;
}

bool has_size_of(Algorithm algorithm, ByteView key) {
  switch (algorithm) {
    case Algorithm::rsasha256:
      return is_rsa(key);
    case Algorithm::ecdsap256sha256:
      return key.size() == 64;  // RFC 6605 §4
    case Algorithm::ecdsap384sha384:
      return key.size() == 96;
    case Algorithm::ed25519:
      return key.size() == 32;  // RFC 8080 §3
    case Algorithm::ed448:
      return key.size() == 57;
  }
  return false;
}

}  // namespace

Result<Dnskey> Dnskey::from_rdata(ByteView rdata) {
  if (rdata.size() < fixed_octets) {
    return Error{Errc::bad_input, "a DNSKEY of " + std::to_string(rdata.size()) + " octets"};
  }
  if (rdata[2] != protocol) {
    return Error{Errc::bad_input, "a DNSKEY of protocol " + std::to_string(rdata[2])};
  }
  const auto algorithm = algorithm_from_number(rdata[3]);
  if (!algorithm) {
    return algorithm.error();
  }
  const ByteView key = rdata.subspan(fixed_octets);
  if (!has_size_of(*algorithm, key)) {
    return Error{Errc::bad_key, "a public key of " + std::to_string(key.size()) + " octets isn't one of " +
                                    std::string(to_text(*algorithm))};
  }
  return Dnskey{static_cast<std::uint16_t>(rdata[0] << 8U | rdata[1]), *algorithm, Bytes(key.begin(), key.end())};
}

dns::Rdata Dnskey::rdata() const {
  return dns::Rdata::from_octets(octets_of(*this)).value();
}

std::uint16_t Dnskey::key_tag() const {
  const Bytes octets = octets_of(*this);
  std::uint32_t sum = 0;  // of at most public_key_octets_max + 4 octets: no overflow
  for (std::size_t i = 0; i < octets.size(); ++i) {
    sum += i % 2 == 0 ? static_cast<std::uint32_t>(octets[i]) << 8U : octets[i];
  }
  return static_cast<std::uint16_t>(sum + (sum >> 16U));
}

}  // namespace minidns::dnssec
