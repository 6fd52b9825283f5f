#include "dnssec/zone/hash.hpp"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

namespace minidns::dnssec {

std::array<std::uint8_t, 20> sha1_of(ByteView octets) {
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest{};
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, octets.data(), octets.size());
  SHA1_Final(digest.data(), &context);
  return digest;
}

std::uint64_t stable_hash(ByteView octets) {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, octets.data(), octets.size());
  SHA256_Final(digest.data(), &context);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    value = value << 8 | digest[i];
  }
  return value;
}

}  // namespace minidns::dnssec
