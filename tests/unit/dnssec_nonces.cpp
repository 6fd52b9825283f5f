// The parts of ECDSA that are our own, against OpenSSL's numbers and against RFC 6979 written down plainly.

#include "dnssec/crypto/curve.hpp"
#include "dnssec/crypto/message_digest.hpp"
#include "dnssec/crypto/nonces.hpp"
#include "dnssec/crypto/scalar_field.hpp"

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>
#include <random>
#include <set>

namespace minidns::dnssec::test {
namespace {

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

Number number(ByteView octets) {
  return Number(BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr));
}

Bytes octets_of(const Number& value, std::size_t size) {
  Bytes octets(size);
  EXPECT_EQ(BN_bn2binpad(value.get(), octets.data(), static_cast<int>(size)), static_cast<int>(size));
  return octets;
}

// Random octets, often with long runs of zeros and ones, where carries and borrows live.
Bytes random_octets(std::mt19937& random, std::size_t size) {
  Bytes octets(size);
  for (std::size_t i = 0; i < size;) {
    const auto kind = random() % 4;
    for (const std::size_t end = std::min<std::size_t>(size, i + 1 + random() % 16); i < end; ++i) {
      octets[i] = kind == 0 ? 0 : kind == 1 ? 0xff : static_cast<std::uint8_t>(random());
    }
  }
  return octets;
}

template <std::size_t limbs>
class FieldCheck {
 public:
  explicit FieldCheck(ByteView order) : field_(Field::read(order)), order_(number(order)), context_(BN_CTX_new()) {}

  void run(std::mt19937& random) {
    const Bytes any = random_octets(random, Field::octets);
    const Bytes other = reduced(random_octets(random, Field::octets));
    const auto a = Field::read(any);
    const auto b = Field::read(other);
    EXPECT_EQ(to_hex(write(field_.reduce(a))), to_hex(reduced(any)));

    // Out of Montgomery form by the factor 1: a·R·b/R = a·b.
    Number expected(BN_new());
    BN_mod_mul(expected.get(), number(any).get(), number(other).get(), order_.get(), context_.get());
    EXPECT_EQ(write(field_.multiply(a, field_.to_montgomery(b))), octets_of(expected, Field::octets));
    BN_mod_add(expected.get(), number(any).get(), number(other).get(), order_.get(), context_.get());
    EXPECT_EQ(write(field_.add(field_.reduce(a), b)), octets_of(expected, Field::octets));

    if (!Field::is_zero(b)) {
      const auto inverse = field_.inverse(field_.to_montgomery(b));
      BN_mod_inverse(expected.get(), number(other).get(), order_.get(), context_.get());
      EXPECT_EQ(write(field_.multiply(inverse, Field::read(one()))), octets_of(expected, Field::octets));
    }
  }

 private:
  using Field = ScalarField<limbs>;

  static Bytes one() {
    Bytes octets(Field::octets);
    octets.back() = 1;
    return octets;
  }
  static Bytes write(const typename Field::Scalar& a) {
    Bytes octets(Field::octets);
    Field::write(a, octets);
    return octets;
  }
  Bytes reduced(const Bytes& octets) const {
    Number rest(BN_new());
    BN_mod(rest.get(), number(octets).get(), order_.get(), context_.get());
    return octets_of(rest, Field::octets);
  }

  Field field_;
  Number order_;
  std::unique_ptr<BN_CTX, FreeNumber> context_;
};

TEST(DnssecScalarField, ComputesAsOpensslDoes) {
  std::mt19937 random(5);
  FieldCheck<4> p256(Curve::of(Algorithm::ecdsap256sha256).order());
  FieldCheck<6> p384(Curve::of(Algorithm::ecdsap384sha384).order());
  for (int i = 0; i < 3'000; ++i) {
    p256.run(random);
    p384.run(random);
  }
}

TEST(DnssecScalarField, ReducesTheNumbersBesideTheOrder) {
  const ByteView order = Curve::of(Algorithm::ecdsap256sha256).order();
  const ScalarField<4> field(ScalarField<4>::read(order));
  auto beside = field.order();
  EXPECT_TRUE(ScalarField<4>::is_zero(field.reduce(beside)));
  beside[0] += 1;
  EXPECT_EQ(field.reduce(beside), (ScalarField<4>::Scalar{1, 0, 0, 0}));
  beside[0] -= 2;
  EXPECT_EQ(field.reduce(beside), beside);
}

/// RFC 6979 §3.2 as it is written.
class PlainNonces {
 public:
  PlainNonces(const EVP_MD* hash, Bytes x, Bytes order) : hash_(hash), x_(std::move(x)), order_(std::move(order)) {}

  [[nodiscard]] Bytes make(const Bytes& digest, unsigned skipped) {
    Bytes reduced = digest;
    const Number h = number(digest);
    const Number q = number(order_);
    if (BN_cmp(h.get(), q.get()) >= 0) {
      BN_sub(h.get(), h.get(), q.get());
      reduced = octets_of(h, digest.size());
    }
    Bytes v(digest.size(), 1);
    Bytes k(digest.size(), 0);
    k = hmac(k, {v, {0}, x_, reduced});
    v = hmac(k, {v});
    k = hmac(k, {v, {1}, x_, reduced});
    v = hmac(k, {v});
    while (true) {
      v = hmac(k, {v});
      const Number candidate = number(v);
      if (BN_is_zero(candidate.get()) == 0 && BN_cmp(candidate.get(), q.get()) < 0) {
        if (skipped-- == 0) return v;
      } else {
        ++rejected;
      }
      k = hmac(k, {v, {0}});
      v = hmac(k, {v});
    }
  }

  unsigned rejected = 0;

 private:
  [[nodiscard]] Bytes hmac(const Bytes& key, const std::vector<Bytes>& parts) const {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    Bytes mac(static_cast<std::size_t>(EVP_MD_get_size(hash_)));
    unsigned size = 0;
    HMAC(hash_, key.data(), static_cast<int>(key.size()), all.data(), all.size(), mac.data(), &size);
    return mac;
  }

  const EVP_MD* hash_;
  Bytes x_;
  Bytes order_;
};

void compare_nonces(const EVP_MD* hash, const Bytes& order, std::mt19937& random, bool must_reject) {
  Bytes x = random_octets(random, order.size());
  x[0] = 0;  // below the order
  PlainNonces plain(hash, x, order);
  const Nonces ours(x, order);
  for (int i = 0; i < 300; ++i) {
    const Bytes digest = random_octets(random, order.size());
    for (const unsigned skipped : {0U, 1U, 3U}) {
      Bytes nonce(order.size());
      ours.make(digest, skipped, nonce);
      ASSERT_EQ(to_hex(nonce), to_hex(plain.make(digest, skipped)));
    }
  }
  EXPECT_EQ(plain.rejected > 100, must_reject);
}

TEST(DnssecNonces, AreThoseOfRfc6979) {
  std::mt19937 random(6);
  const ByteView p256 = Curve::of(Algorithm::ecdsap256sha256).order();
  const ByteView p384 = Curve::of(Algorithm::ecdsap384sha384).order();
  compare_nonces(EVP_sha256(), Bytes(p256.begin(), p256.end()), random, false);
  compare_nonces(EVP_sha384(), Bytes(p384.begin(), p384.end()), random, false);
}

// An order just above half of the numbers: half of the candidates are too large. On the real curves one in 2^32 is.
TEST(DnssecNonces, ANumberThatIsNoNonceIsDrawnAgain) {
  std::mt19937 random(7);
  for (const std::size_t size : {32U, 48U}) {
    Bytes order(size);
    order.front() = 0x80;
    order.back() = 1;
    compare_nonces(size == 32 ? EVP_sha256() : EVP_sha384(), order, random, true);
  }
}

// RFC 6979 A.2.5, the k of SHA-256 and "sample".
TEST(DnssecNonces, IsTheOneThatTheRfcPrints) {
  const Bytes x = from_hex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721").value();
  Bytes digest(32);
  sha256_into(as_bytes("sample"), digest);
  Bytes nonce(32);
  Nonces(x, Curve::of(Algorithm::ecdsap256sha256).order()).make(digest, 0, nonce);
  EXPECT_EQ(to_hex(nonce), "a6e3c57dd01abe90086538398355dd4c3b17aa873382b0f24d6129493d8aad60");
}

TEST(DnssecSample, DependsOnEveryMessageAndOnNothingElse) {
  const Bytes a(20, 1);
  std::set<std::size_t> picked;
  for (std::uint8_t i = 0; i < 200; ++i) {
    const Bytes b(20, i);
    std::vector<ByteView> messages(64, ByteView(a));
    messages[40] = b;
    const std::size_t sample = pick_sample(messages);
    EXPECT_LT(sample, 64U);
    EXPECT_EQ(sample, pick_sample(messages));
    picked.insert(sample);
  }
  EXPECT_GT(picked.size(), 50U);
}

}  // namespace
}  // namespace minidns::dnssec::test
