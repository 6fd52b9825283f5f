#include "dnssec/crypto/evp_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

namespace minidns::dnssec {
namespace {

/// OpenSSL's names of the parts, in the order of RsaPart.
constexpr std::array<const char*, rsa_part_count> names = {
    OSSL_PKEY_PARAM_RSA_N,         OSSL_PKEY_PARAM_RSA_E,
    OSSL_PKEY_PARAM_RSA_D,         OSSL_PKEY_PARAM_RSA_FACTOR1,
    OSSL_PKEY_PARAM_RSA_FACTOR2,   OSSL_PKEY_PARAM_RSA_EXPONENT1,
    OSSL_PKEY_PARAM_RSA_EXPONENT2, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};

/// The parts as OpenSSL's numbers, and the arithmetic that they are checked with.
class RsaCheck {
 public:
  explicit RsaCheck(const RsaParts& parts) : context_(checked(BN_CTX_new(), "BN_CTX_new")) {
    for (std::size_t i = 0; i < rsa_part_count; ++i) {
      const ByteView octets = parts.numbers[i];
      numbers_[i].reset(checked(BN_new(), "BN_new"));
      BN_set_flags(numbers_[i].get(), BN_FLG_CONSTTIME);
      checked(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), numbers_[i].get()), "BN_bin2bn");
    }
  }

  /// What is wrong, or nothing.
  [[nodiscard]] const char* objection() const {
    const int bits = BN_num_bits(get(RsaPart::modulus));
    const BIGNUM* const e = get(RsaPart::public_exponent);
    if (bits < rsa_bits_min || bits > rsa_bits_max) return "a modulus of a wrong size";
    if (BN_is_odd(e) == 0 || BN_is_one(e) != 0 || BN_num_bits(e) > 64) return "a bad public exponent";
    for (const RsaPart prime : {RsaPart::prime1, RsaPart::prime2}) {
      if (BN_is_odd(get(prime)) == 0 || BN_is_one(get(prime)) != 0) return "a prime that is none";
    }
    if (BN_cmp(get(RsaPart::private_exponent), get(RsaPart::modulus)) >= 0)
      return "a private exponent that is too large";
    if (!is_product()) return "a modulus that isn't the product of the primes";
    if (!fits(RsaPart::prime1, RsaPart::exponent1) || !fits(RsaPart::prime2, RsaPart::exponent2)) {
      return "exponents that don't fit each other";
    }
    return is_inverse(RsaPart::coefficient, RsaPart::prime2, get(RsaPart::prime1)) ? nullptr : "a wrong coefficient";
  }

 private:
  [[nodiscard]] const BIGNUM* get(RsaPart part) const { return numbers_[static_cast<std::size_t>(part)].get(); }

  [[nodiscard]] bool is_product() const {
    const BigNumber product(checked(BN_new(), "BN_new"));
    check(BN_mul(product.get(), get(RsaPart::prime1), get(RsaPart::prime2), context_.get()), "BN_mul");
    return BN_cmp(product.get(), get(RsaPart::modulus)) == 0;
  }

  /// a is below the modulus, and a·b = 1 there.
  [[nodiscard]] bool is_inverse(RsaPart a, RsaPart b, const BIGNUM* modulus) const {
    const BigNumber product(checked(BN_new(), "BN_new"));
    check(BN_mod_mul(product.get(), get(a), get(b), modulus, context_.get()), "BN_mod_mul");
    return BN_cmp(get(a), modulus) < 0 && BN_is_one(product.get()) != 0;
  }

  /// The CRT exponent is the inverse of the public one modulo prime − 1, and the private one is congruent to it.
  [[nodiscard]] bool fits(RsaPart prime, RsaPart exponent) const {
    const BigNumber order(checked(BN_dup(get(prime)), "BN_dup"));
    check(BN_sub_word(order.get(), 1), "BN_sub_word");
    const BigNumber rest(checked(BN_new(), "BN_new"));
    check(BN_mod(rest.get(), get(RsaPart::private_exponent), order.get(), context_.get()), "BN_mod");
    return BN_cmp(rest.get(), get(exponent)) == 0 && is_inverse(exponent, RsaPart::public_exponent, order.get());
  }

  BigNumberContext context_;
  std::array<BigNumber, rsa_part_count> numbers_;
};

EvpKeyContext new_context(const char* type) {
  return EvpKeyContext(checked(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), "EVP_PKEY_CTX_new_from_name"));
}

}  // namespace

Result<EvpKey> make_rsa_key(const RsaParts& parts) {
  if (const char* const objection = RsaCheck(parts).objection()) {
    return Error{Errc::bad_key, std::string("an RSA key with ") + objection};
  }
  std::vector<Secret> little_endian;  // as OSSL_PARAM wants numbers on this machine
  std::vector<OSSL_PARAM> params;
  for (std::size_t i = 0; i < rsa_part_count; ++i) {
    Bytes octets(parts.numbers[i].begin(), parts.numbers[i].end());
    if constexpr (std::endian::native == std::endian::little) {
      std::reverse(octets.begin(), octets.end());
    }
    little_endian.emplace_back(std::move(octets));
    const ByteView number = little_endian.back().reveal();
    // OpenSSL only reads it.
    params.push_back(OSSL_PARAM_construct_BN(names[i], const_cast<std::uint8_t*>(number.data()), number.size()));
  }
  params.push_back(OSSL_PARAM_construct_end());

  const EvpKeyContext context = new_context("RSA");
  check(EVP_PKEY_fromdata_init(context.get()), "EVP_PKEY_fromdata_init");
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, params.data()) != 1) {
    ERR_clear_error();
    return Error{Errc::bad_key, "an RSA key that OpenSSL doesn't take"};
  }
  return EvpKey(key);
}

EvpKey make_ed448_key(ByteView private_key) {
  return EvpKey(checked(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED448, nullptr, private_key.data(), private_key.size()),
                        "EVP_PKEY_new_raw_private_key"));
}

Bytes ed448_public_key(ByteView private_key) {
  const EvpKey key = make_ed448_key(private_key);
  Bytes octets(57);  // RFC 8080 §3
  std::size_t size = octets.size();
  check(EVP_PKEY_get_raw_public_key(key.get(), octets.data(), &size), "EVP_PKEY_get_raw_public_key");
  return octets;
}

Secret generate_rsa(int bits, ByteView prefix) {
  const EvpKeyContext context = new_context("RSA");
  check(EVP_PKEY_keygen_init(context.get()), "EVP_PKEY_keygen_init");
  check(EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), bits), "EVP_PKEY_CTX_set_rsa_keygen_bits");
  EVP_PKEY* raw = nullptr;
  check(EVP_PKEY_generate(context.get(), &raw), "EVP_PKEY_generate");
  const EvpKey key(raw);

  const auto octets_max = static_cast<std::size_t>(bits / 8);
  Bytes packed(prefix.begin(), prefix.end());
  packed.reserve(prefix.size() + rsa_part_count * (2 + octets_max));  // no copy of a secret is left by growing
  for (const char* const name : names) {
    BIGNUM* got = nullptr;
    check(EVP_PKEY_get_bn_param(key.get(), name, &got), "EVP_PKEY_get_bn_param");
    const BigNumber number(got);
    Bytes octets(static_cast<std::size_t>(BN_num_bytes(number.get())));
    BN_bn2bin(number.get(), octets.data());
    const Secret part(std::move(octets));
    pack_rsa_part(packed, part.reveal());
  }
  return Secret(std::move(packed));
}

}  // namespace minidns::dnssec
