#include "base/digest.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "base/secret_box.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

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

SecretBoxErrc error_of(const Result<Secret, SecretBoxError>& result) {
  EXPECT_TRUE(result.has_error());
  return result.error().code;
}

/// A file of its own, with the given content and mode, gone at the end.
class KeyFile {
 public:
  KeyFile(const std::string& content, mode_t mode) {
    const int fd = ::mkstemp(path_.data());
    EXPECT_GE(fd, 0);
    EXPECT_EQ(::write(fd, content.data(), content.size()), static_cast<ssize_t>(content.size()));
    EXPECT_EQ(::fchmod(fd, mode), 0);
    ::close(fd);
  }
  ~KeyFile() { std::remove(path_.c_str()); }
  KeyFile(const KeyFile&) = delete;
  KeyFile& operator=(const KeyFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = testing::TempDir() + "/minidns-key-XXXXXX";
};

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
  EXPECT_EQ(error_of(box_with_key_of(2).open(sealed, "c")), SecretBoxErrc::wrong_master_key);
}

TEST(SecretBox, RefusesAnotherContext) {
  const SecretBox box = box_with_key_of(1);
  const Bytes sealed = box.seal(secret("plain"), "tsig-key:1");
  EXPECT_EQ(error_of(box.open(sealed, "tsig-key:2")), SecretBoxErrc::malformed);
  EXPECT_EQ(error_of(box.open(sealed, "")), SecretBoxErrc::malformed);
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
    EXPECT_EQ(error_of(box.open(ByteView(sealed).first(length), "c")), SecretBoxErrc::malformed) << length;
  }
}

TEST(SecretBox, WantsAMasterKeyOf32Octets) {
  EXPECT_TRUE(SecretBox::create(Secret(Bytes(31, 0))).has_error());
  EXPECT_TRUE(SecretBox::create(Secret(Bytes(33, 0))).has_error());
}

TEST(SecretBox, ReadsItsKeyFromAPrivateFile) {
  const std::string digits(64, 'a');
  const SecretBox expected = box_with_key_of(0xaa);
  const Bytes sealed = expected.seal(secret("plain"), "c");
  for (const std::string& content : {digits, digits + "\n"}) {
    const KeyFile file(content, 0600);
    const auto box = SecretBox::from_file(file.path());
    ASSERT_TRUE(box) << box.error().detail;
    EXPECT_TRUE(box->open(sealed, "c"));
  }
  EXPECT_TRUE(SecretBox::from_file(KeyFile(digits, 0640).path())) << "a group may read it";
}

TEST(SecretBox, RefusesAKeyFileThatOthersMayReadOrThatHoldsNoKey) {
  const std::string digits(64, 'a');
  EXPECT_FALSE(SecretBox::from_file(KeyFile(digits, 0644).path()));
  EXPECT_FALSE(SecretBox::from_file(KeyFile(digits, 0660).path()));
  EXPECT_FALSE(SecretBox::from_file(KeyFile("", 0600).path()));
  EXPECT_FALSE(SecretBox::from_file(KeyFile(digits.substr(2), 0600).path()));
  EXPECT_FALSE(SecretBox::from_file(KeyFile(digits + "\n\n", 0600).path()));
  EXPECT_FALSE(SecretBox::from_file(KeyFile(digits + "aa", 0600).path()));
  EXPECT_FALSE(SecretBox::from_file("/nonexistent/key"));
}

// The figure was made with: openssl kdf -keylen 32 -kdfopt mode:EXPAND_ONLY -kdfopt digest:SHA256
// -kdfopt hexkey:0101…01 -kdfopt info:purpose HKDF
TEST(SecretBox, DerivesKeysByHkdfExpand) {
  EXPECT_EQ(to_hex(box_with_key_of(1).derive("purpose").reveal()),
            "c2584de1269725ddd81fe71197414058e7d41a982b538581416c336579738495");
  EXPECT_NE(to_hex(box_with_key_of(1).derive("other").reveal()), to_hex(box_with_key_of(1).derive("purpose").reveal()));
  EXPECT_NE(to_hex(box_with_key_of(2).derive("purpose").reveal()),
            to_hex(box_with_key_of(1).derive("purpose").reveal()));
}

}  // namespace
}  // namespace minidns
