#include "dnssec/crypto/message_digest.hpp"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <array>
#include <cassert>

namespace minidns::dnssec {

void sha256_into(ByteView message, std::span<std::uint8_t> out) {
  assert(out.size() == SHA256_DIGEST_LENGTH);
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, message.data(), message.size());
  SHA256_Final(out.data(), &context);
}

void sha384_into(ByteView message, std::span<std::uint8_t> out) {
  assert(out.size() == SHA384_DIGEST_LENGTH);
  SHA512_CTX context;
  SHA384_Init(&context);
  SHA384_Update(&context, message.data(), message.size());
  SHA384_Final(out.data(), &context);
}

std::size_t pick_sample(std::span<const ByteView> messages) {
  SHA256_CTX context;
  SHA256_Init(&context);
  for (const ByteView message : messages) {
    SHA256_Update(&context, message.data(), message.size());
  }
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256_Final(digest.data(), &context);
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    number = number << 8U | digest[i];
  }
  return number % messages.size();
}

}  // namespace minidns::dnssec
