#include "dnssec/crypto/handles.hpp"

#include "dnssec/crypto/wiped.hpp"

#define OPENSSL_SUPPRESS_DEPRECATED  // EC_KEY: what takes a prepared nonce or verifies without a copy of the key
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace minidns::dnssec {

void OpensslFree::operator()(bignum_st* number) const {
  BN_clear_free(number);
}
void OpensslFree::operator()(bignum_ctx* context) const {
  BN_CTX_free(context);  // clears its numbers
}
void OpensslFree::operator()(ec_group_st* group) const {
  EC_GROUP_free(group);
}
void OpensslFree::operator()(ec_point_st* point) const {
  EC_POINT_clear_free(point);
}
void OpensslFree::operator()(ec_key_st* key) const {
  EC_KEY_free(key);
}
void OpensslFree::operator()(ECDSA_SIG_st* signature) const {
  ECDSA_SIG_free(signature);
}
void OpensslFree::operator()(evp_pkey_st* key) const {
  EVP_PKEY_free(key);
}
void OpensslFree::operator()(evp_pkey_ctx_st* context) const {
  EVP_PKEY_CTX_free(context);
}
void OpensslFree::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

void wipe(void* octets, std::size_t count) {
  OPENSSL_cleanse(octets, count);
}

[[gnu::noinline]] void wipe_dead_stack() {
  // Signing a batch of P-384 takes 15 KiB, and OpenSSL's functions below it a few more.
  std::array<std::uint8_t, std::size_t{32} * 1024> dead;
  wipe(dead.data(), dead.size());
}

void openssl_failed(const char* call) {
  // Else the reason would wait in the thread's queue, for a stranger to find.
  ERR_clear_error();
  throw std::runtime_error(std::string("OpenSSL: ") + call + " failed");
}

}  // namespace minidns::dnssec
