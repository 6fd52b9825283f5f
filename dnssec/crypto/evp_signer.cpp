// RSASHA256 (RFC 5702: PKCS #1 v1.5, which is deterministic) and Ed448 (RFC 8032 §5.2), by OpenSSL. Its blinding of RSA
// draws random numbers, which don't show in the signature.

#include "dnssec/crypto/evp_key.hpp"
#include "dnssec/crypto/message_digest.hpp"
#include "dnssec/crypto/signers.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>

namespace minidns::dnssec {
namespace {

/// What both do with their batches. A call of OpenSSL that fails here is a fault too: the key was good.
template <class Operations>
class EvpSigner final : public Signer {
 public:
  EvpSigner(std::uint16_t key_tag, EvpKey key) : key_tag_(key_tag), key_(std::move(key)) {}

  Algorithm algorithm() const override { return Operations::algorithm; }
  std::uint16_t key_tag() const override { return key_tag_; }

  Result<std::vector<Bytes>> sign(std::span<const ByteView> messages) const override {
    std::vector<Bytes> signatures(messages.size());
    Operations operations(key_.get());
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (!operations.sign(messages[i], signatures[i])) {
        return fault("can't be made");
      }
    }
    for (std::size_t first = 0; first < messages.size(); first += batch_size_max) {
      const std::size_t count = std::min(messages.size() - first, batch_size_max);
      const std::size_t sample = first + pick_sample(messages.subspan(first, count));
      if (!operations.verify(messages[sample], signatures[sample])) {
        return fault("doesn't verify");
      }
    }
    return signatures;
  }

 private:
  [[nodiscard]] Error fault(const char* what) const {
    ERR_clear_error();
    return Error{Errc::fault, "a signature of key " + std::to_string(key_tag_) + " " + what};
  }

  std::uint16_t key_tag_;
  EvpKey key_;  ///< OpenSSL locks what of it changes (blinding)
};

/// For one thread; so is Ed448.
class Rsa {
 public:
  static constexpr Algorithm algorithm = Algorithm::rsasha256;

  explicit Rsa(evp_pkey_st* key)
      : octets_(static_cast<std::size_t>(EVP_PKEY_get_size(key))), signing_(prepare(key)), verifying_(prepare(key)) {
    check(EVP_PKEY_sign_init(signing_.get()), "EVP_PKEY_sign_init");
    set_scheme(signing_.get());
    check(EVP_PKEY_verify_init(verifying_.get()), "EVP_PKEY_verify_init");
    set_scheme(verifying_.get());
  }

  [[nodiscard]] bool sign(ByteView message, Bytes& signature) {
    sha256_into(message, digest_);
    signature.resize(octets_);
    std::size_t size = octets_;
    return EVP_PKEY_sign(signing_.get(), signature.data(), &size, digest_.data(), digest_.size()) == 1 &&
           size == octets_;
  }

  [[nodiscard]] bool verify(ByteView message, ByteView signature) {
    sha256_into(message, digest_);
    return EVP_PKEY_verify(verifying_.get(), signature.data(), signature.size(), digest_.data(), digest_.size()) == 1;
  }

 private:
  static EvpKeyContext prepare(evp_pkey_st* key) {
    return EvpKeyContext(checked(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr), "EVP_PKEY_CTX_new_from_pkey"));
  }

  static void set_scheme(evp_pkey_ctx_st* context) {
    check(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), "EVP_PKEY_CTX_set_rsa_padding");
    check(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()), "EVP_PKEY_CTX_set_signature_md");
  }

  std::size_t octets_;
  EvpKeyContext signing_;
  EvpKeyContext verifying_;
  std::array<std::uint8_t, 32> digest_{};
};

class Ed448 {
 public:
  static constexpr Algorithm algorithm = Algorithm::ed448;

  explicit Ed448(evp_pkey_st* key) : key_(key), context_(checked(EVP_MD_CTX_new(), "EVP_MD_CTX_new")) {}

  [[nodiscard]] bool sign(ByteView message, Bytes& signature) {
    signature.resize(octets);
    std::size_t size = octets;
    EVP_MD_CTX_reset(context_.get());
    return EVP_DigestSignInit(context_.get(), nullptr, nullptr, nullptr, key_) == 1 &&
           EVP_DigestSign(context_.get(), signature.data(), &size, message.data(), message.size()) == 1 &&
           size == octets;
  }

  [[nodiscard]] bool verify(ByteView message, ByteView signature) {
    EVP_MD_CTX_reset(context_.get());
    return EVP_DigestVerifyInit(context_.get(), nullptr, nullptr, nullptr, key_) == 1 &&
           EVP_DigestVerify(context_.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
  }

 private:
  static constexpr std::size_t octets = 114;  // RFC 8080 §4
  evp_pkey_st* key_;
  DigestContext context_;
};

}  // namespace

SharedSigner make_ed448_signer(std::uint16_t key_tag, ByteView private_key) {
  return std::make_shared<EvpSigner<Ed448>>(key_tag, make_ed448_key(private_key));
}

SharedSigner make_rsa_signer(std::uint16_t key_tag, const RsaParts& parts) {
  return std::make_shared<EvpSigner<Rsa>>(key_tag, make_rsa_key(parts).value());
}

}  // namespace minidns::dnssec
