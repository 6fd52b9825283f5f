#include "dnssec/crypto/signers.hpp"
#include "tests/unit/dnssec_support.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace minidns::dnssec::test {
namespace {

class DnssecSigner : public testing::TestWithParam<Algorithm> {
 protected:
  PrivateKey key_ = fixed_key(GetParam());
  std::shared_ptr<const Signer> signer_ = make_signer(key_, Dnskey::flags_zsk).value();
  /// RSA, Ed448 and P-384 take their time.
  std::size_t many_ = GetParam() == Algorithm::ecdsap256sha256 || GetParam() == Algorithm::ed25519 ? 1000 : 200;
};

TEST_P(DnssecSigner, ASignatureDoesNotDependOnItsBatch) {
  const std::vector<Bytes> messages = random_messages(many_, 1);
  const std::vector<ByteView> all = views(messages);
  const std::vector<Bytes> together = signer_->sign(all).value();
  ASSERT_EQ(together.size(), many_);
  for (const std::size_t batch : {1U, 2U, 63U, 64U, 65U}) {
    for (std::size_t at = 0; at < all.size(); at += batch) {
      const std::size_t count = std::min<std::size_t>(batch, all.size() - at);
      const auto part = signer_->sign(std::span(all).subspan(at, count)).value();
      ASSERT_EQ(part, std::vector<Bytes>(together.begin() + static_cast<std::ptrdiff_t>(at),
                                         together.begin() + static_cast<std::ptrdiff_t>(at + count)))
          << "batches of " << batch << ", at " << at;
    }
  }
}

TEST_P(DnssecSigner, EverySignatureIsTakenByOpenssl) {
  const std::vector<Bytes> messages = random_messages(many_, 2);
  const auto signatures = signer_->sign(views(messages)).value();
  const Dnskey key = key_.dnskey(Dnskey::flags_zsk);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    ASSERT_TRUE(verifies(key, messages[i], signatures[i])) << i;
    Bytes other = messages[i];
    other.push_back(0);
    ASSERT_FALSE(verifies(key, other, signatures[i])) << i;
  }
}

TEST_P(DnssecSigner, TwoSignersOfOneKeyAgree) {
  const std::vector<Bytes> messages = random_messages(70, 3);
  const PrivateKey again = PrivateKey::from_stored(key_.stored().reveal()).value();
  const auto other = make_signer(again, Dnskey::flags_zsk).value();
  EXPECT_EQ(signer_->sign(views(messages)).value(), other->sign(views(messages)).value());
}

TEST_P(DnssecSigner, OneServesManyThreads) {
  const std::vector<Bytes> messages = random_messages(many_ / 2, 4);
  const std::vector<ByteView> all = views(messages);
  const auto expected = signer_->sign(all).value();
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (int round = 0; round < 3; ++round) {
        count += signer_->sign(all).value() == expected ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST_P(DnssecSigner, NoMessagesMakeNoSignatures) {
  EXPECT_TRUE(signer_->sign({}).value().empty());
}

TEST_P(DnssecSigner, EqualMessagesInABatchGetEqualSignatures) {
  const Bytes message(50, 7);
  const std::vector<ByteView> messages(3, ByteView(message));
  const auto signatures = signer_->sign(messages).value();
  EXPECT_EQ(signatures[0], signatures[1]);
  EXPECT_EQ(signatures[0], signatures[2]);
}

TEST_P(DnssecSigner, TellsAlgorithmAndKeyTag) {
  EXPECT_EQ(signer_->algorithm(), GetParam());
  EXPECT_EQ(signer_->key_tag(), key_.dnskey(Dnskey::flags_zsk).key_tag());
  EXPECT_EQ(make_signer(key_, Dnskey::flags_ksk).value()->key_tag(), key_.dnskey(Dnskey::flags_ksk).key_tag());
}

TEST_P(DnssecSigner, AKeyWithoutTheZoneBitSignsNoZone) {
  EXPECT_EQ(make_signer(key_, 1).error().code, Errc::bad_input);
}

// What a fault in the computation looks like: here the public key is another one's.
TEST(DnssecFault, ABatchWhoseSampleDoesNotVerifyIsRefused) {
  for (const Algorithm algorithm : {Algorithm::ecdsap256sha256, Algorithm::ecdsap384sha384}) {
    const PrivateKey key = fixed_key(algorithm);
    const Bytes scalar(key_octets(algorithm), 0x5a);
    const Bytes other = PrivateKey::generate(algorithm).value().public_key();
    const auto right = make_ecdsa_signer(algorithm, 1, scalar, key.public_key());
    const auto wrong = make_ecdsa_signer(algorithm, 1, scalar, other);
    for (const std::size_t count : {1U, 64U, 65U}) {
      const std::vector<Bytes> messages = random_messages(count, 8);
      EXPECT_TRUE(right->sign(views(messages)).has_value()) << count;
      EXPECT_EQ(wrong->sign(views(messages)).error().code, Errc::fault) << count;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Algorithms, DnssecSigner, testing::ValuesIn(all_algorithms),
                         [](const auto& row) { return std::string(to_text(row.param)); });

}  // namespace
}  // namespace minidns::dnssec::test
