#include "base/aes_gcm.hpp"

#include "base/random.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <climits>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

namespace minidns {
namespace {

struct CipherContextDeleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherContextDeleter>;

/// OpenSSL fails here only when it is out of memory or lacks the cipher: infrastructure, not input.
void require(int openssl_result) {
  if (openssl_result != 1) {
    throw std::runtime_error("AES-256-GCM failed in OpenSSL");
  }
}

int int_size(std::size_t size) {
  if (size > INT_MAX) {
    throw std::length_error("more than 2 GiB in a sealed secret");
  }
  return static_cast<int>(size);
}

enum class Direction : int { open = 0, seal = 1 };

/// A cipher that has taken key, nonce and the authenticated data (header, then context).
CipherContext start_cipher(Direction direction, const Secret& key, ByteView nonce, ByteView header,
                           std::string_view context) {
  if (key.reveal().size() != aes_key_octets) {
    throw std::logic_error("an AES-256 key has 32 octets");
  }
  CipherContext cipher(EVP_CIPHER_CTX_new());
  if (!cipher) {
    throw std::bad_alloc();
  }
  require(EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.reveal().data(), nonce.data(),
                            static_cast<int>(direction)));
  int length = 0;
  for (const ByteView authenticated : {header, as_bytes(context)}) {
    if (!authenticated.empty()) {
      require(EVP_CipherUpdate(cipher.get(), nullptr, &length, authenticated.data(), int_size(authenticated.size())));
    }
  }
  return cipher;
}

}  // namespace

Bytes aes_gcm_seal(const Secret& key, ByteView header, const Secret& content, std::string_view context) {
  const Bytes nonce = random_bytes(aes_gcm_nonce_octets);
  const ByteView plain = content.reveal();
  Bytes sealed(header.size() + plain.size() + aes_gcm_overhead_octets);
  std::ranges::copy(nonce, std::ranges::copy(header, sealed.begin()).out);
  std::uint8_t* const ciphertext = sealed.data() + header.size() + nonce.size();

  const CipherContext cipher = start_cipher(Direction::seal, key, nonce, header, context);
  int length = 0;
  if (!plain.empty()) {
    require(EVP_CipherUpdate(cipher.get(), ciphertext, &length, plain.data(), int_size(plain.size())));
  }
  require(EVP_CipherFinal_ex(cipher.get(), ciphertext + length, &length));
  require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(aes_gcm_tag_octets),
                              ciphertext + plain.size()));
  return sealed;
}

std::optional<Secret> aes_gcm_open(const Secret& key, ByteView sealed, std::size_t header_octets,
                                   std::string_view context) {
  if (sealed.size() < header_octets + aes_gcm_overhead_octets) {
    return std::nullopt;
  }
  const ByteView nonce = sealed.subspan(header_octets, aes_gcm_nonce_octets);
  const ByteView ciphertext =
      sealed.subspan(header_octets + nonce.size(), sealed.size() - header_octets - aes_gcm_overhead_octets);
  Bytes tag(sealed.end() - static_cast<std::ptrdiff_t>(aes_gcm_tag_octets), sealed.end());

  const CipherContext cipher = start_cipher(Direction::open, key, nonce, sealed.first(header_octets), context);
  Bytes plain(ciphertext.size());
  int length = 0;
  if (!ciphertext.empty()) {
    require(EVP_CipherUpdate(cipher.get(), plain.data(), &length, ciphertext.data(), int_size(ciphertext.size())));
  }
  Secret secret(std::move(plain));  // from here on wiped, also when the tag is wrong
  require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag.size()), tag.data()));
  std::array<std::uint8_t, 16> rest{};
  if (EVP_CipherFinal_ex(cipher.get(), rest.data(), &length) != 1) {
    return std::nullopt;
  }
  return secret;
}

}  // namespace minidns
