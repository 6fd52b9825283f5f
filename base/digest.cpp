#include "base/digest.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace minidns {

std::array<std::uint8_t, 32> sha256(ByteView bytes) {
  std::array<std::uint8_t, 32> digest{};
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1 ||
      length != digest.size()) {
    throw std::runtime_error("SHA-256 is not available in OpenSSL");
  }
  return digest;
}

}  // namespace minidns
