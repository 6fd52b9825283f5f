#include "tests/unit/dnssec_support.hpp"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>
#include <random>

namespace minidns::dnssec::test {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<BIGNUM> number(ByteView octets) {
  return Owned<BIGNUM>(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
}

Owned<EVP_PKEY> from_params(const char* type, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM> params(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(context.get());
  EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get());
  return Owned<EVP_PKEY>(key);
}

Owned<EVP_PKEY> rsa_key(const Bytes& key) {
  const std::size_t exponent = key.at(0);
  const auto e = number(ByteView(key).subspan(1, exponent));
  const auto n = number(ByteView(key).subspan(1 + exponent));
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return from_params("RSA", builder.get());
}

Owned<EVP_PKEY> curve_key(const char* group, const Bytes& key) {
  Bytes point{4};
  point.insert(point.end(), key.begin(), key.end());
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return from_params("EC", builder.get());
}

Bytes to_der(ByteView signature) {
  const std::size_t half = signature.size() / 2;
  const Owned<ECDSA_SIG> pair(ECDSA_SIG_new());
  ECDSA_SIG_set0(pair.get(), number(signature.first(half)).release(), number(signature.subspan(half)).release());
  std::uint8_t* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  Bytes octets(der, der + size);
  OPENSSL_free(der);
  return octets;
}

bool verify(const Owned<EVP_PKEY>& key, const EVP_MD* digest, ByteView message, ByteView signature) {
  const Owned<EVP_MD_CTX> context(EVP_MD_CTX_new());
  return key && EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

Owned<EVP_PKEY> raw_key(int type, const Bytes& key) {
  return Owned<EVP_PKEY>(EVP_PKEY_new_raw_public_key(type, nullptr, key.data(), key.size()));
}

// dnssec-keygen -a RSASHA256 -b 2048, made for this file.
constexpr std::string_view rsa_file =
    "Private-key-format: v1.3\n"
    "Algorithm: 8 (RSASHA256)\n"
    "Modulus: zqWTnCKPoIz7lfplqLyMmX7FJkW5VWUvOikmw8Q7up9FMDxFbpc9HAziELN3jnhpM7HsFKE9NvvRUUhAXKNgvr/YpPp"
    "E/LZ9sYKwYFRulRsQm5AfNb469FSIp2bPNsqOPbzGW88dzuI0dfCXV+nHzKLDLNSWx/QFd6p2ZyZelNorky2whXIAyTOHvRMfkiF"
    "r6WVvO65yyZdo7sFsahCmhVeWcVwAB4dPzJ/8Hy2cgY7ZOQugeY/lwxTSnfjEJyW+RDxRBe/jy5I4VKA0h+fVCe86/BI1eOWiI2Y"
    "ZnpYozyY924I59TRTmmIm/zdGgn6yOByqUnDmpgTeCQiDyHqrTQ==\n"
    "PublicExponent: AQAB\n"
    "PrivateExponent: JFRgP9Qkp495oJupuTFSz56Fpw2dgGmeVK2M6uBqNsxO8+S4uTFeFTsfmFuQ4ouBRU0bqeHR+wNpAI8A/7h"
    "aZxafzhtQuxQTQ3ysKPdXDKA6OnsrPX3Q7AkbkECnH+Ua/jgcsGHYhflnSy/Nz68iSPP5d711N7iLKIdfsxFAEg97F0aJTxxjeXW"
    "pdQa8dXk1+lAo4eSa7O9TFu6B6urVMYyGDP7NxxMzDsI9asO/d8ezAUiSjLeocI9mo/krAEs0d7hqOe0jqIOwK/4w/aI9OqIFNUQ"
    "Rzm9/CB3E37wV6yvM9AtGN/uYyX428ZIKbjUGNWMIS2NLHfiqDEaDuNxTsQ==\n"
    "Prime1: 8z+lUW7vnAKah6w5SuxC6yKVs9dYyzXuyjK2NRQi0P6K1BMDiNW9ahPGJego7iCWvpLmpilZCZfC4QUXciOAKr8edYma"
    "qLJtNTSo/dCnZD6I3oNJvLxzzrrnpXW1GKJMyansgcHlXE/CbqdHMlIkAUCx/wMtnW1KYX3Ni9cQnbE=\n"
    "Prime2: 2Xq9ltkxKksoZw0yeRtvuI/iJxMMFiMK3Z6KY5pS/nkUly+PvAaOjazeTIIJW86wCsNOEdebFIiZLa9vwT4d3P/W6ID/"
    "DwjqyJitm83qVw6M/235FyUwTC/0/GfTd6ddZdJRBMFbjt3Rc+zjQ510kpK0U4Cka9DmKxdGO8kWAl0=\n"
    "Exponent1: gIxgB1sDEYVmuNBRLsEQ1EZgqrvhVvLXkM+f7wkHJT9/infJ5GRgR1DP5HR+POnIAEqNzb4IKcOj31rbexw7vVtm8"
    "2KW8xPoFrgPnqLH83gAyObE7xMAeH3ZsV01KSGMRv6f2Crp1RDphaStQXCbSnYwGr5JOuro5gCfwYkUZOE=\n"
    "Exponent2: iVbs4ZV5afcapbF83WRJMmmS7RAnQteQZhJX3Ly5isCWEz/S6m/NmITBwdkg5dxp6fIanEPnSJlW+rXewk9i9oyOg"
    "DfuWuVLt7BLeqgYRDAJNMmTU12F2aczdC5xKhAEeGfQCEu/cUJ9olLH1oxZ8LI6tLz5mKjMogvJq7m6b3U=\n"
    "Coefficient: A5k8SxKRCOCd+qWlmtrUSTYx7+dTEbU4z1x865ucoPnxGohGXqz7CD3Uh0+wcFP2XARiNK1vLBLkPNEoDj94Cf5"
    "h823izPbKS12+wOjt4FT2Z4dYdL5GuulhIK/tJ2WpyX5GZRHWRdz8lfnfQ8yCW7MMVIC4XmEGmyTjm9K2QoI=\n";

}  // namespace

PrivateKey key_from_hex(Algorithm algorithm, std::string_view material) {
  const auto header = StoredKey::header(algorithm);
  const Bytes octets = from_hex(material).value();
  Bytes stored(header.begin(), header.end());
  stored.insert(stored.end(), octets.begin(), octets.end());
  return PrivateKey::from_stored(stored).value();
}

PrivateKey fixed_key(Algorithm algorithm) {
  if (algorithm == Algorithm::rsasha256) {
    return PrivateKey::from_bind_text(rsa_file).value();
  }
  return key_from_hex(algorithm, to_hex(Bytes(key_octets(algorithm), 0x5a)));
}

std::vector<Bytes> random_messages(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Bytes> messages(count);
  for (Bytes& message : messages) {
    message.resize(random() % 301);
    for (std::uint8_t& octet : message) octet = static_cast<std::uint8_t>(random());
  }
  return messages;
}

std::vector<ByteView> views(const std::vector<Bytes>& messages) {
  return {messages.begin(), messages.end()};
}

Bytes sign_one(const PrivateKey& key, ByteView message) {
  return make_signer(key, Dnskey::flags_zsk).value()->sign({&message, 1}).value().at(0);
}

bool verifies(const Dnskey& key, ByteView message, ByteView signature) {
  switch (key.algorithm) {
    case Algorithm::rsasha256:
      return verify(rsa_key(key.public_key), EVP_sha256(), message, signature);
    case Algorithm::ecdsap256sha256:
      return verify(curve_key("P-256", key.public_key), EVP_sha256(), message, to_der(signature));
    case Algorithm::ecdsap384sha384:
      return verify(curve_key("P-384", key.public_key), EVP_sha384(), message, to_der(signature));
    case Algorithm::ed25519:
      return verify(raw_key(EVP_PKEY_ED25519, key.public_key), nullptr, message, signature);
    case Algorithm::ed448:
      return verify(raw_key(EVP_PKEY_ED448, key.public_key), nullptr, message, signature);
  }
  return false;
}

}  // namespace minidns::dnssec::test
