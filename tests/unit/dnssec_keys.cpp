#include "dnssec/crypto/private_key.hpp"
#include "dnssec/ds.hpp"
#include "tests/unit/dnssec_support.hpp"

#include <gtest/gtest.h>

#include <set>

namespace minidns::dnssec::test {
namespace {

dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

Dnskey dnskey(std::uint16_t flags, Algorithm algorithm, std::string_view base64) {
  return {flags, algorithm, from_base64(base64).value()};
}

std::string hex(const dns::Rdata& rdata) {
  return to_hex(rdata.octets());
}

struct Delegation {
  const char* source;
  Dnskey key;
  std::uint16_t key_tag;
  DigestType type;
  std::string_view digest;
};

const Delegation delegations[] = {
    {"RFC 6605 6.1",
     dnskey(257, Algorithm::ecdsap256sha256,
            "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA=="),
     55648, DigestType::sha256, "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17"},
    {"RFC 6605 6.2",
     dnskey(257, Algorithm::ecdsap384sha384,
            "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6"
            "Glur8I/mlVNgF6W/qTI37m40"),
     10771, DigestType::sha384,
     "72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6"},
    {"RFC 8080 6.1", dnskey(257, Algorithm::ed25519, "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4="), 3613,
     DigestType::sha256, "3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b"},
    {"RFC 8080 6.1", dnskey(257, Algorithm::ed25519, "zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs="), 35217,
     DigestType::sha256, "401781b934e392de492ec77ae2e15d70f6575a1c0bc59c5275c04ebe80c6614c"},
    {"RFC 8080 6.2",
     dnskey(257, Algorithm::ed448, "3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTPhpj/OiBVHHSfPodx1FYYUcJKm1MDpJtIA"),
     9713, DigestType::sha256, "6ccf18d5bc5d7fc2fceb1d59d17321402f2aa8d368048db93dd811f5cb2b19c7"},
};

TEST(DnssecDs, IsThatOfTheRfcs) {
  for (const Delegation& row : delegations) {
    EXPECT_EQ(row.key.key_tag(), row.key_tag) << row.source;
    const Bytes head{static_cast<std::uint8_t>(row.key_tag >> 8U), static_cast<std::uint8_t>(row.key_tag),
                     static_cast<std::uint8_t>(row.key.algorithm), static_cast<std::uint8_t>(row.type)};
    const std::string expected = to_hex(head) + std::string(row.digest);
    const dns::Name owner = name(row.key.algorithm < Algorithm::ed25519 ? "example.net." : "example.com.");
    EXPECT_EQ(hex(ds_rdata(owner, row.key, row.type)), expected) << row.source;
    EXPECT_EQ(hex(cds_rdata(owner, row.key, row.type)), expected) << row.source;
    EXPECT_EQ(cdnskey_rdata(row.key), row.key.rdata());
  }
}

TEST(DnssecDs, TheOwnersCaseMakesNoDifference) {
  const Dnskey& key = delegations[0].key;
  EXPECT_EQ(ds_rdata(name("EXAMPLE.Net."), key, DigestType::sha256),
            ds_rdata(name("example.net."), key, DigestType::sha256));
}

TEST(DnssecDs, Sha1IsRefused) {
  EXPECT_EQ(digest_type_from_number(1).error().code, Errc::bad_input);
  EXPECT_EQ(digest_type_from_number(0).error().code, Errc::bad_input);
  EXPECT_EQ(digest_type_from_number(3).error().code, Errc::bad_input);
  EXPECT_EQ(digest_type_from_number(2).value(), DigestType::sha256);
  EXPECT_EQ(digest_type_from_number(4).value(), DigestType::sha384);
}

TEST(DnssecDs, DeletionIsThatOfRfc8078) {
  EXPECT_EQ(hex(cds_delete_rdata()), "0000000000");
  EXPECT_EQ(hex(cdnskey_delete_rdata()), "0000030000");
}

TEST(DnssecDnskey, RdataIsReadAsItWasWritten) {
  for (const Algorithm algorithm : all_algorithms) {
    const Dnskey key = fixed_key(algorithm).dnskey(Dnskey::flags_ksk);
    EXPECT_EQ(Dnskey::from_rdata(key.rdata().octets()).value(), key) << to_text(algorithm);
    EXPECT_TRUE(key.is_sep());
    EXPECT_FALSE(fixed_key(algorithm).dnskey(Dnskey::flags_zsk).is_sep());
  }
}

TEST(DnssecDnskey, WhatIsNoKeyOfItsAlgorithmIsRefused) {
  for (const Algorithm algorithm : all_algorithms) {
    const dns::Rdata rdata = fixed_key(algorithm).dnskey(Dnskey::flags_ksk).rdata();
    Bytes octets(rdata.octets().begin(), rdata.octets().end());
    octets.resize(4 + 2);
    EXPECT_EQ(Dnskey::from_rdata(octets).error().code, Errc::bad_key) << to_text(algorithm);
  }
  EXPECT_EQ(Dnskey::from_rdata(from_hex("010103").value()).error().code, Errc::bad_input);
  EXPECT_EQ(Dnskey::from_rdata(from_hex("0101020d00").value()).error().code, Errc::bad_input);
  EXPECT_EQ(Dnskey::from_rdata(from_hex("0101030500").value()).error().code, Errc::unknown_algorithm);
  EXPECT_EQ(Dnskey::from_rdata(Bytes(2'000, 8)).error().code, Errc::bad_input);
}

TEST(DnssecAlgorithm, NumbersAndNamesAgree) {
  for (const Algorithm algorithm : all_algorithms) {
    EXPECT_EQ(algorithm_from_number(static_cast<std::uint8_t>(algorithm)).value(), algorithm);
    EXPECT_EQ(algorithm_from_text(to_text(algorithm)).value(), algorithm);
    EXPECT_EQ(algorithm_from_text(std::to_string(static_cast<int>(algorithm))).value(), algorithm);
  }
  EXPECT_EQ(algorithm_from_text("ecdsap256sha256").value(), Algorithm::ecdsap256sha256);
  for (const char* unknown : {"", "RSASHA1", "5", "13 ", "013", "ECDSAP256", "ED25519."}) {
    EXPECT_EQ(algorithm_from_text(unknown).error().code, Errc::unknown_algorithm) << unknown;
  }
  for (const int unknown : {0, 1, 5, 7, 10, 12, 17, 252, 255}) {
    EXPECT_EQ(algorithm_from_number(static_cast<std::uint8_t>(unknown)).error().code, Errc::unknown_algorithm);
  }
}

TEST(DnssecPrivateKey, IsAnotherOneEachTimeAndComesBackFromItsStoredForm) {
  for (const Algorithm algorithm : all_algorithms) {
    const PrivateKey key = PrivateKey::generate(algorithm).value();
    EXPECT_NE(key.public_key(), PrivateKey::generate(algorithm).value().public_key()) << to_text(algorithm);
    const PrivateKey again = PrivateKey::from_stored(key.stored().reveal()).value();
    EXPECT_EQ(again.algorithm(), algorithm);
    EXPECT_TRUE(again.matches(key.dnskey(Dnskey::flags_ksk)));
    EXPECT_FALSE(again.matches(fixed_key(algorithm).dnskey(Dnskey::flags_ksk)));
  }
}

TEST(DnssecPrivateKey, NewRsaKeysHave2048To4096Bits) {
  for (const int bits : {0, 1024, 2047, 2049, 4104, -2048}) {
    EXPECT_EQ(PrivateKey::generate(Algorithm::rsasha256, bits).error().code, Errc::bad_input) << bits;
  }
  const PrivateKey key = PrivateKey::generate(Algorithm::rsasha256, 3072).value();
  EXPECT_EQ(key.public_key().size(), 1U + 3 + 3072 / 8);
  EXPECT_EQ(sign_one(key, as_bytes("message")).size(), 3072U / 8);
}

TEST(DnssecPrivateKey, AScalarThatIsNoneIsRefused) {
  const Bytes order = from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").value();
  Bytes stored{1, 13};
  stored.insert(stored.end(), order.begin(), order.end());
  EXPECT_EQ(PrivateKey::from_stored(stored).error().code, Errc::bad_key);
  stored.back() -= 1;
  EXPECT_TRUE(PrivateKey::from_stored(stored).has_value());
  std::fill(stored.begin() + 2, stored.end(), std::uint8_t{0});
  EXPECT_EQ(PrivateKey::from_stored(stored).error().code, Errc::bad_key);
  stored.back() = 1;
  EXPECT_TRUE(PrivateKey::from_stored(stored).has_value());
}

TEST(DnssecPrivateKey, AStoredFormThatIsDamagedIsRefused) {
  EXPECT_EQ(PrivateKey::from_stored({}).error().code, Errc::bad_key);
  for (const Algorithm algorithm : all_algorithms) {
    const Secret stored = fixed_key(algorithm).stored();
    const Bytes good(stored.reveal().begin(), stored.reveal().end());
    Bytes bad = good;
    bad.pop_back();
    EXPECT_EQ(PrivateKey::from_stored(bad).error().code, Errc::bad_key) << to_text(algorithm);
    bad = good;
    bad.push_back(0);
    EXPECT_EQ(PrivateKey::from_stored(bad).error().code, Errc::bad_key) << to_text(algorithm);
    bad = good;
    bad[0] = 2;
    EXPECT_EQ(PrivateKey::from_stored(bad).error().code, Errc::bad_key) << to_text(algorithm);
    bad[0] = 1;
    bad[1] = 5;
    EXPECT_EQ(PrivateKey::from_stored(bad).error().code, Errc::unknown_algorithm) << to_text(algorithm);
  }
}

TEST(DnssecPrivateKey, AnRsaKeyWithAnyBitFlippedIsRefused) {
  const Secret stored = fixed_key(Algorithm::rsasha256).stored();
  for (std::size_t at = 2; at < stored.reveal().size(); at += 7) {
    Bytes bad(stored.reveal().begin(), stored.reveal().end());
    bad[at] ^= static_cast<std::uint8_t>(1U << at % 8);
    EXPECT_EQ(PrivateKey::from_stored(bad).error().code, Errc::bad_key) << at;
  }
}

std::string bind_text(const PrivateKey& key) {
  return std::string(as_text(key.to_bind_text().reveal()));
}

TEST(DnssecBindText, ComesBack) {
  for (const Algorithm algorithm : all_algorithms) {
    const PrivateKey key = fixed_key(algorithm);
    const PrivateKey again = PrivateKey::from_bind_text(bind_text(key)).value();
    EXPECT_TRUE(again.stored().equals(key.stored())) << to_text(algorithm);
  }
}

// RFC 6605 §6.1 and RFC 8080 §6.1 print keys in this format, v1.2.
TEST(DnssecBindText, OfTheRfcsIsRead) {
  const auto p256 = PrivateKey::from_bind_text(
      "Private-key-format: v1.2\nAlgorithm: 13 (ECDSAP256SHA256)\n"
      "PrivateKey: GU6SnQ/Ou+xC5RumuIUIuJZteXT2z0O/ok1s38Et6mQ=\n");
  EXPECT_TRUE(p256.value().matches(delegations[0].key));
  const auto ed25519 = PrivateKey::from_bind_text(
      "Private-key-format: v1.2\nAlgorithm: 15 (ED25519)\nPrivateKey: ODIyNjAzODQ2MjgwODAxMjI2NDUxOTAyMDQxNDIyNjI=\n");
  EXPECT_TRUE(ed25519.value().matches(delegations[2].key));
}

TEST(DnssecBindText, IsReadWithOtherLineEndsFieldsAndAnUnpaddedScalar) {
  const PrivateKey key = key_from_hex(Algorithm::ecdsap256sha256, std::string(62, '0') + "07");
  const auto read = PrivateKey::from_bind_text(
      "Private-key-format: v1.3\r\nCreated: 20261126005858\r\nAlgorithm: 13\r\nPrivateKey:\tBw==\r\nNew: x");
  EXPECT_TRUE(read.value().stored().equals(key.stored()));
}

TEST(DnssecBindText, WhatIsNoKeyIsRefused) {
  const std::string head = "Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\n";
  struct Row {
    std::string text;
    Errc code;
  };
  const Row rows[] = {
      {"", Errc::bad_key},
      {"Private-key-format: v1.4\nAlgorithm: 13\nPrivateKey: Bw==\n", Errc::bad_key},
      {"Algorithm: 13\nPrivateKey: Bw==\n", Errc::bad_key},
      {"Private-key-format: v1.3\nPrivateKey: Bw==\n", Errc::bad_key},
      {"Private-key-format: v1.3\nAlgorithm: 5 (RSASHA1)\n", Errc::unknown_algorithm},
      {"Private-key-format: v1.3\nAlgorithm: 300\n", Errc::bad_key},
      {"Private-key-format: v1.3\nAlgorithm: -13\n", Errc::bad_key},
      {"Private-key-format: v1.3\nAlgorithm: 13x\n", Errc::bad_key},
      {head, Errc::bad_key},
      {head + "Engine: cGtjczExAA==\nLabel: a2V5AA==\n", Errc::bad_key},  // the key is in a token
      {head + "PrivateKey: Bw==\nPrivateKey: CA==\n", Errc::bad_key},     // which one?
      {head + "PrivateKey: Bw\n", Errc::bad_key},                         // no padding
      {head + "PrivateKey: AA==\n", Errc::bad_key},                       // zero
      {head + "PrivateKey: " + to_base64(Bytes(33, 1)) + "\n", Errc::bad_key},
      {"Private-key-format: v1.3\nAlgorithm: 15\nPrivateKey: " + to_base64(Bytes(31, 1)) + "\n", Errc::bad_key},
      {head + "PrivateKey: Bw==\n" + std::string(PrivateKey::bind_text_size_max, '\n'), Errc::bad_key},
  };
  for (const Row& row : rows) {
    const auto read = PrivateKey::from_bind_text(row.text);
    ASSERT_FALSE(read.has_value()) << row.text;
    EXPECT_EQ(read.error().code, row.code) << row.text;
  }
}

TEST(DnssecBindText, AnRsaFileWhoseNumbersDoNotFitIsRefused) {
  const std::string good = bind_text(fixed_key(Algorithm::rsasha256));
  for (const char* field :
       {"Modulus", "PublicExponent", "PrivateExponent", "Prime1", "Prime2", "Exponent1", "Exponent2", "Coefficient"}) {
    std::string bad = good;
    const std::size_t at = bad.find("\n" + std::string(field) + ": ") + std::string(field).size() + 4;
    bad[at] = bad[at] == 'B' ? 'C' : 'B';
    EXPECT_EQ(PrivateKey::from_bind_text(bad).error().code, Errc::bad_key) << field;
  }
}

TEST(DnssecError, NeverHoldsKeyMaterial) {
  const auto read = PrivateKey::from_bind_text(
      "Private-key-format: v1.3\nAlgorithm: 13\nPrivateKey: c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IQ\n");
  EXPECT_EQ(read.error().detail.find("c2Vj"), std::string::npos);
}

}  // namespace
}  // namespace minidns::dnssec::test
