#include "tsig/hmac.hpp"

#include "tsig/key.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <stdexcept>
#include <string>

namespace minidns::tsig {
namespace {

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
};
struct FreeContext {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacHandle = std::unique_ptr<EVP_MAC, FreeMac>;
using ContextHandle = std::unique_ptr<EVP_MAC_CTX, FreeContext>;

[[noreturn]] void fail(const char* call) {
  throw std::runtime_error(std::string("OpenSSL: ") + call + " failed");
}

/// EVP_MAC_fetch takes locks and looks names up in OpenSSL 3.0; the result is a constant of the process.
EVP_MAC* hmac() {
  static const MacHandle mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  if (!mac) {
    fail("EVP_MAC_fetch");
  }
  return mac.get();
}

std::string digest_name(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::hmac_sha1:
      return "SHA1";
    case Algorithm::hmac_sha224:
      return "SHA224";
    case Algorithm::hmac_sha256:
      return "SHA256";
    case Algorithm::hmac_sha384:
      return "SHA384";
    case Algorithm::hmac_sha512:
      return "SHA512";
  }
  fail("digest_name");
}

}  // namespace

struct Hmac::Keyed {
  ContextHandle context;  ///< keyed and never updated; only copied from, which OpenSSL allows on several threads
};

struct Hmac::Computation::Context {
  ContextHandle context;
};

Hmac::Hmac(Algorithm algorithm, const Secret& secret) {
  ContextHandle context(EVP_MAC_CTX_new(hmac()));
  if (!context) {
    fail("EVP_MAC_CTX_new");
  }
  std::string digest = digest_name(algorithm);
  const std::array<OSSL_PARAM, 2> params = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_end(),
  };
  // A null pointer would mean "no key given"; an empty secret is a key of no octets.
  static constexpr std::uint8_t no_octets[1] = {0};
  const ByteView key = secret.reveal();
  if (EVP_MAC_init(context.get(), key.empty() ? no_octets : key.data(), key.size(), params.data()) != 1) {
    fail("EVP_MAC_init");
  }
  keyed_ = std::make_shared<const Keyed>(Keyed{std::move(context)});
}

Hmac::Computation Hmac::begin() const {
  ContextHandle copy(EVP_MAC_CTX_dup(keyed_->context.get()));
  if (!copy) {
    fail("EVP_MAC_CTX_dup");
  }
  return Computation(std::make_unique<Computation::Context>(Computation::Context{std::move(copy)}));
}

Hmac::Computation::Computation(std::unique_ptr<Context> context) : context_(std::move(context)) {}
Hmac::Computation::Computation(Computation&&) noexcept = default;
Hmac::Computation& Hmac::Computation::operator=(Computation&&) noexcept = default;
Hmac::Computation::~Computation() = default;

void Hmac::Computation::add(ByteView octets) {
  if (EVP_MAC_update(context_->context.get(), octets.data(), octets.size()) != 1) {
    fail("EVP_MAC_update");
  }
}

void Hmac::Computation::finish_into(std::span<std::uint8_t> mac) {
  std::size_t size = 0;
  if (EVP_MAC_final(context_->context.get(), mac.data(), &size, mac.size()) != 1) {
    fail("EVP_MAC_final");
  }
}

void Hmac::Computation::restart() {
  // Without a key: the inner hash's state after the key is taken again, not computed (providers, HMAC).
  if (EVP_MAC_init(context_->context.get(), nullptr, 0, nullptr) != 1) {
    fail("EVP_MAC_init");
  }
}

Bytes Hmac::Computation::finish() && {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  std::size_t size = 0;
  if (EVP_MAC_final(context_->context.get(), mac.data(), &size, mac.size()) != 1) {
    fail("EVP_MAC_final");
  }
  context_.reset();
  return Bytes(mac.begin(), mac.begin() + static_cast<std::ptrdiff_t>(size));
}

}  // namespace minidns::tsig
