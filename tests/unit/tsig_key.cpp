#include "tests/unit/tsig_support.hpp"
#include "tsig/key_ring.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace minidns::tsig::test {
namespace {

Bytes hmac(Algorithm algorithm, const std::string& secret, std::initializer_list<std::string_view> parts) {
  const ByteView octets = as_bytes(secret);
  const Hmac keyed(algorithm, Secret(Bytes(octets.begin(), octets.end())));
  Hmac::Computation computation = keyed.begin();
  for (const std::string_view part : parts) computation.add(as_bytes(part));
  return std::move(computation).finish();
}

struct Vector {
  Algorithm algorithm;
  std::string_view mac;
};

// RFC 4231 §4.3 and, for SHA-1, RFC 2202 §3: test case 2.
constexpr Vector vectors[] = {
    {Algorithm::hmac_sha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
    {Algorithm::hmac_sha224, "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44"},
    {Algorithm::hmac_sha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {Algorithm::hmac_sha384,
     "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649"},
    {Algorithm::hmac_sha512,
     "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b"
     "636e070a38bce737"},
};

TEST(TsigHmac, IsThatOfTheRfcs) {
  for (const Vector& vector : vectors) {
    EXPECT_EQ(to_hex(hmac(vector.algorithm, "Jefe", {"what do ya want ", "for nothing?"})), vector.mac);
    EXPECT_EQ(vector.mac.size() / 2, mac_size_octets(vector.algorithm));
  }
}

TEST(TsigHmac, TakesKeysOfAnyLength) {
  for (const std::size_t size : {0U, 1U, 64U, 65U, 128U, 129U, 4096U}) {
    EXPECT_EQ(hmac(Algorithm::hmac_sha512, std::string(size, 'k'), {"text"}).size(), 64U) << size;
  }
}

TEST(TsigHmac, AComputationThatIsBegunAnewGivesTheSameMac) {
  for (const Algorithm algorithm : {Algorithm::hmac_sha1, Algorithm::hmac_sha224, Algorithm::hmac_sha256,
                                    Algorithm::hmac_sha384, Algorithm::hmac_sha512}) {
    const Hmac keyed(algorithm, Secret(Bytes(200, 7)));  // longer than a block: the key itself is hashed
    Hmac::Computation again = keyed.begin();
    for (const std::string_view text : {"one", "", "three"}) {
      Hmac::Computation fresh = keyed.begin();
      fresh.add(as_bytes(text));
      again.add(as_bytes(text));
      Bytes mac(mac_size_octets(algorithm));
      again.finish_into(mac);
      EXPECT_EQ(mac, std::move(fresh).finish()) << to_text(algorithm) << " " << text;
      again.restart();
    }
  }
}

TEST(TsigHmac, OneKeyServesManyThreads) {
  const std::shared_ptr<const Key> key = make_key();
  Hmac::Computation alone = key->hmac.begin();
  alone.add(as_bytes("text"));
  const Bytes expected = std::move(alone).finish();
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (int& count : wrong) {
    threads.emplace_back([&count, &key, &expected] {
      for (int i = 0; i < 2'000; ++i) {
        Hmac::Computation computation = key->hmac.begin();
        computation.add(as_bytes("text"));
        if (std::move(computation).finish() != expected) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(TsigAlgorithm, NamesAreReadInAnyCaseAndWithOrWithoutADot) {
  EXPECT_EQ(algorithm_from_text("hmac-sha256"), Algorithm::hmac_sha256);
  EXPECT_EQ(algorithm_from_text("HMAC-SHA384."), Algorithm::hmac_sha384);
  for (const char* unknown : {"", ".", "hmac-sha", "hmac-sha256..", "hmac-md5", "hmac-md5.sig-alg.reg.int", "gss-tsig",
                              "hmac-sha256-128", " hmac-sha256"}) {
    EXPECT_EQ(algorithm_from_text(unknown), std::nullopt) << unknown;
  }
}

TEST(TsigAlgorithm, TextAndNameAgree) {
  for (const Vector& vector : vectors) {
    EXPECT_EQ(algorithm_from_text(to_text(vector.algorithm)), vector.algorithm);
    EXPECT_EQ(name_of(vector.algorithm).to_text(), std::string(to_text(vector.algorithm)) + ".");
  }
}

TEST(TsigKey, NoRecordIsLargerThanItsLimit) {
  std::string longest;
  for (int i = 0; i < 3; ++i) longest += std::string(63, 'a') + ".";
  longest += std::string(61, 'a') + ".";
  const dns::Name name_of_255_octets = name(longest);
  ASSERT_EQ(name_of_255_octets.wire().size(), 255U);
  Bytes request = query();
  const std::size_t before = request.size();
  const TsigFields fields{
      .key = name_of_255_octets, .algorithm = name_of(Algorithm::hmac_sha512), .mac = Bytes(64), .other = Bytes(6)};
  EXPECT_LE(with_tsig(request, fields).size() - before, record_size_octets_max);
}

const Uuid one({1}), two({2});

ScopedKey scoped(std::string_view key_name, KeyScope scope) {
  return {TsigKeyId(one), make_key(key_name), scope};
}

TEST(TsigKeyRing, FindsKeysByNameInAnyCase) {
  const auto ring = KeyRing::build({scoped("A.key.", PoolId(one)), scoped("b.key.", PoolId(two))}).value();
  EXPECT_EQ(ring->size(), 2U);
  ASSERT_NE(ring->find(name("a.KEY.")), nullptr);
  EXPECT_EQ(ring->find(name("c.key.")), nullptr);
  EXPECT_EQ(lookup_in(ring)(name("B.key.")), ring->find(name("b.key."))->key);
  EXPECT_EQ(lookup_in(ring)(name("c.key.")), nullptr);
}

TEST(TsigKeyRing, RefusesTwoKeysOfOneName) {
  const auto ring = KeyRing::build({scoped("a.key.", PoolId(one)), scoped("A.KEY.", PoolId(two))});
  ASSERT_FALSE(ring.has_value());
  EXPECT_EQ(ring.error().code, KeyRingErrc::duplicate_name);
}

TEST(TsigKeyRing, AKeyOpensItsPoolOrItsZoneOnly) {
  const ScopedKey of_pool = scoped("a.", PoolId(one));
  EXPECT_TRUE(of_pool.opens(PoolId(one), ZoneId(one)));
  EXPECT_TRUE(of_pool.opens(PoolId(one), ZoneId(two)));
  EXPECT_FALSE(of_pool.opens(PoolId(two), ZoneId(one)));

  const ScopedKey of_zone = scoped("a.", ZoneId(one));
  EXPECT_TRUE(of_zone.opens(PoolId(one), ZoneId(one)));
  EXPECT_TRUE(of_zone.opens(PoolId(two), ZoneId(one)));
  EXPECT_FALSE(of_zone.opens(PoolId(one), ZoneId(two)));
}

TEST(TsigKeyRing, AKeyFoundOutlivesItsRing) {
  auto ring = KeyRing::build({scoped("a.", PoolId(one))}).value();
  const std::shared_ptr<const Key> key = lookup_in(ring)(name("a."));
  ring.reset();
  EXPECT_EQ(key->name, name("a."));
}

}  // namespace
}  // namespace minidns::tsig::test
