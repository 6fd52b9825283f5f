#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "dnssec/error.hpp"

#include <array>
#include <cstddef>

namespace minidns::dnssec {

/// The numbers of an RSA private key, in the order of PKCS #1 (RFC 8017 §A.1.2) and of BIND's files.
enum class RsaPart : std::size_t {
  modulus,
  public_exponent,
  private_exponent,
  prime1,
  prime2,
  exponent1,
  exponent2,
  coefficient
};

inline constexpr std::size_t rsa_part_count = 8;
/// Keys of old zones that are moved here; we make none below 2048.
inline constexpr int rsa_bits_min = 1024;
inline constexpr int rsa_bits_max = 4096;  ///< RFC 3110 §2

/// Big-endian without leading zeros; views into what the caller keeps.
struct RsaParts {
  std::array<ByteView, rsa_part_count> numbers;

  [[nodiscard]] ByteView operator[](RsaPart part) const { return numbers[static_cast<std::size_t>(part)]; }
};

/// Each number with its length before it, in two octets. `bad_key`: not that, or a number that starts with zero or is
/// longer than rsa_bits_max.
[[nodiscard]] Result<RsaParts> unpack_rsa_parts(ByteView packed);
/// Appends; the caller has reserved the room.
void pack_rsa_part(Bytes& packed, ByteView number);

/// RFC 3110 §2.
[[nodiscard]] Bytes rsa_public_key(const RsaParts& parts);

}  // namespace minidns::dnssec
