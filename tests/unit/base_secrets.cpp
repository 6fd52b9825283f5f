#include "base/digest.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "base/secret_box.hpp"

#include <gtest/gtest.h>

#include <string>

namespace minidns {
namespace {

Secret secret(std::string_view text) {
  return Secret(Bytes(as_bytes(text).begin(), as_bytes(text).end()));
}

SecretBox box_with_key_of(std::uint8_t octet) {
  auto box = SecretBox::create(Secret(Bytes(32, octet)));
  EXPECT_TRUE(box);
  return *box;
}

SecretErrc error_of(const Result<Secret, SecretError>& result) {
  EXPECT_TRUE(result.has_error());
  return result.error().code;
}

TEST(Digest, Sha256MatchesFips180) {
  EXPECT_EQ(to_hex(sha256(as_bytes(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Random, GivesAsManyOctetsAsAskedFor) {
  EXPECT_TRUE(random_bytes(0).empty());
  EXPECT_EQ(random_bytes(1000).size(), 1000U);
  EXPECT_NE(random_bytes(16), random_bytes(16));
  EXPECT_NE(random_u64(), random_u64());
}

TEST(Secret, IsEqualOnlyToTheSameOctets) {
  EXPECT_TRUE(secret("abc").equals(secret("abc")));
  EXPECT_FALSE(secret("abc").equals(secret("abd")));
  EXPECT_FALSE(secret("abc").equals(secret("bbc")));
  EXPECT_FALSE(secret("abc").equals(secret("ab")));
  EXPECT_TRUE(secret("").equals(secret("")));
}

TEST(Secret, IsCopiedAndMovedWhole) {
  Secret original = secret("first");
  Secret copy = original;
  EXPECT_TRUE(copy.equals(original));
  copy = secret("a longer second one");
  EXPECT_TRUE(copy.equals(secret("a longer second one")));
  EXPECT_TRUE(original.equals(secret("first")));
  copy = original;
  EXPECT_TRUE(copy.equals(secret("first")));
  const Secret moved = std::move(original);
  EXPECT_TRUE(moved.equals(secret("first")));
}

TEST(SecretBox, OpensWhatItSealed) {
  const SecretBox box = box_with_key_of(1);
  for (const std::string& plain : {std::string(), std::string("x"), std::string(10'000, 'y')}) {
    const Bytes sealed = box.seal(secret(plain), "tsig-key:1");
    EXPECT_EQ(sealed.size(), plain.size() + 33);
    const auto opened = box.open(sealed, "tsig-key:1");
    ASSERT_TRUE(opened);
    EXPECT_TRUE(opened->equals(secret(plain)));
  }
}

TEST(SecretBox, SealsTheSameSecretDifferentlyEachTime) {
  const SecretBox box = box_with_key_of(1);
  EXPECT_NE(box.seal(secret("same"), "c"), box.seal(secret("same"), "c"));
}

TEST(SecretBox, TellsAnotherMasterKeyFromTampering) {
  const Bytes sealed = box_with_key_of(1).seal(secret("plain"), "c");
  EXPECT_EQ(error_of(box_with_key_of(2).open(sealed, "c")), SecretErrc::wrong_master_key);
}

TEST(SecretBox, RefusesAnotherContext) {
  const SecretBox box = box_with_key_of(1);
  const Bytes sealed = box.seal(secret("plain"), "tsig-key:1");
  EXPECT_EQ(error_of(box.open(sealed, "tsig-key:2")), SecretErrc::malformed);
  EXPECT_EQ(error_of(box.open(sealed, "")), SecretErrc::malformed);
}

TEST(SecretBox, NoticesAnyChangedOctet) {
  const SecretBox box = box_with_key_of(1);
  const Bytes sealed = box.seal(secret("plain"), "c");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 0x01U;
    EXPECT_TRUE(box.open(changed, "c").has_error()) << "octet " << i;
  }
}

TEST(SecretBox, NoticesAnyMissingOctet) {
  const SecretBox box = box_with_key_of(1);
  const Bytes sealed = box.seal(secret("plain"), "c");
  for (std::size_t length = 0; length < sealed.size(); ++length) {
    EXPECT_EQ(error_of(box.open(ByteView(sealed).first(length), "c")), SecretErrc::malformed) << length;
  }
}

TEST(SecretBox, WantsAMasterKeyOf32Octets) {
  EXPECT_TRUE(SecretBox::create(Secret(Bytes(31, 0))).has_error());
  EXPECT_TRUE(SecretBox::create(Secret(Bytes(33, 0))).has_error());
}

// The figure was made with: openssl kdf -keylen 32 -kdfopt mode:EXPAND_ONLY -kdfopt digest:SHA256
// -kdfopt hexkey:0101…01 -kdfopt info:purpose HKDF
TEST(SecretBox, DerivesKeysByHkdfExpand) {
  EXPECT_EQ(to_hex(box_with_key_of(1).derive("purpose")->reveal()),
            "c2584de1269725ddd81fe71197414058e7d41a982b538581416c336579738495");
  EXPECT_NE(to_hex(box_with_key_of(1).derive("other")->reveal()),
            to_hex(box_with_key_of(1).derive("purpose")->reveal()));
  EXPECT_NE(to_hex(box_with_key_of(2).derive("purpose")->reveal()),
            to_hex(box_with_key_of(1).derive("purpose")->reveal()));
}

}  // namespace
}  // namespace minidns
