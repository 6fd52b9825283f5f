#include "dnssec/crypto/rsa_parts.hpp"

#include <string>

namespace minidns::dnssec {

Result<RsaParts> unpack_rsa_parts(ByteView packed) {
  constexpr std::size_t octets_max = rsa_bits_max / 8;
  RsaParts parts;
  for (ByteView& number : parts.numbers) {
    if (packed.size() < 2) {
      return Error{Errc::bad_key, "an RSA key that ends too early"};
    }
    const auto size = static_cast<std::size_t>(packed[0] << 8U | packed[1]);
    packed = packed.subspan(2);
    if (size == 0 || size > octets_max || size > packed.size() || packed[0] == 0) {
      return Error{Errc::bad_key, "an RSA key with a number of a wrong size"};
    }
    number = packed.first(size);
    packed = packed.subspan(size);
  }
  if (!packed.empty()) {
    return Error{Errc::bad_key, "an RSA key with " + std::to_string(packed.size()) + " octets behind it"};
  }
  return parts;
}

void pack_rsa_part(Bytes& packed, ByteView number) {
  packed.push_back(static_cast<std::uint8_t>(number.size() >> 8U));
  packed.push_back(static_cast<std::uint8_t>(number.size()));
  packed.insert(packed.end(), number.begin(), number.end());
}

Bytes rsa_public_key(const RsaParts& parts) {
  const ByteView exponent = parts[RsaPart::public_exponent];
  const ByteView modulus = parts[RsaPart::modulus];
  Bytes key;
  if (exponent.size() > 255) {
    key.push_back(0);
    key.push_back(static_cast<std::uint8_t>(exponent.size() >> 8U));
  }
  key.push_back(static_cast<std::uint8_t>(exponent.size()));
  key.insert(key.end(), exponent.begin(), exponent.end());
  key.insert(key.end(), modulus.begin(), modulus.end());
  return key;
}

}  // namespace minidns::dnssec
