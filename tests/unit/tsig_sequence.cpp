// Answers of one and of many messages, signed and checked.

#include "tests/unit/tsig_support.hpp"

#include <gtest/gtest.h>

namespace minidns::tsig::test {
namespace {

/// A client's request that our server side took, and both sides' state.
struct Exchange {
  std::shared_ptr<const Key> key = make_key();
  Bytes request = query();
  ClientTransaction client{request, key, now};
  AnswerSigner server{std::get<Verified>(verify(request, only(key)))};

  Bytes next(std::uint16_t id = 4711, WallTime when = now) {
    Bytes reply = answer(id);
    sign_answer(reply, server, when);
    return reply;
  }
  std::optional<std::string> check(ByteView octets, WallTime when = now) {
    return client.verify(octets, parsed(octets), when);
  }
};

TEST(TsigSequence, OneAnswerIsTaken) {
  Exchange exchange;
  EXPECT_FALSE(exchange.client.is_complete());
  EXPECT_EQ(exchange.check(exchange.next()), std::nullopt);
  EXPECT_TRUE(exchange.client.is_complete());
}

TEST(TsigSequence, EveryOneOfManyMessagesIsSignedAndTaken) {  // 1, 2
  Exchange exchange;
  for (int i = 0; i < 1000; ++i) {
    const Bytes reply = exchange.next();
    ASSERT_TRUE(parsed(reply).tsig);
    ASSERT_EQ(exchange.check(reply), std::nullopt) << i;
    ASSERT_TRUE(exchange.client.is_complete());
  }
}

TEST(TsigSequence, PartsAreSignedAsTheWhole) {
  Exchange whole, parts;
  const Bytes reply = answer();
  const ByteView octets = reply;
  const ByteView one[] = {octets};
  const ByteView three[] = {octets.first(2), octets.subspan(2, 11), octets.subspan(13)};
  EXPECT_TRUE(std::ranges::equal(whole.server.sign(one, now), parts.server.sign(three, now)));
  EXPECT_TRUE(std::ranges::equal(whole.server.sign(three, now), parts.server.sign(one, now)));
}

TEST(TsigSequence, AMessageLostRepeatedOrOutOfOrderIsFound) {
  Exchange lost;
  EXPECT_EQ(lost.check(lost.next()), std::nullopt);
  (void)lost.next();
  EXPECT_EQ(lost.check(lost.next()), "wrong MAC");

  Exchange repeated;
  const Bytes first = repeated.next();
  EXPECT_EQ(repeated.check(first), std::nullopt);
  EXPECT_EQ(repeated.check(first), "wrong MAC");
}

TEST(TsigSequence, AnAnswerToAnotherRequestIsFound) {
  Exchange one, two;
  Bytes other_request = query(99);
  ClientTransaction other(other_request, one.key, now);
  const Bytes reply = one.next();
  EXPECT_EQ(other.verify(reply, parsed(reply), now), "wrong MAC");
}

TEST(TsigSequence, AFirstMessageThatIsWrongIsNotTheEnd) {
  Exchange exchange;
  const Bytes forged = answer();
  EXPECT_NE(exchange.check(forged), std::nullopt);
  Bytes changed = exchange.next();
  Exchange second;  // the same request, since nothing in it is random
  changed[3] ^= 1;
  EXPECT_EQ(second.check(changed), "wrong MAC");
  EXPECT_EQ(second.check(second.next()), std::nullopt);
}

TEST(TsigSequence, UpTo99MessagesInARowMayBeUnsigned) {  // 1
  Exchange exchange;
  EXPECT_EQ(exchange.check(exchange.next()), std::nullopt);
  for (int i = 0; i < 99; ++i) {
    EXPECT_EQ(exchange.check(answer()), std::nullopt) << i;
    EXPECT_FALSE(exchange.client.is_complete());
  }
  EXPECT_NE(exchange.check(answer()), std::nullopt) << "the hundredth";
}

TEST(TsigSequence, TheFirstMessageMustBeSigned) {
  Exchange exchange;
  EXPECT_NE(exchange.check(answer()), std::nullopt);
}

TEST(TsigSequence, AnAnswerMayBeOffByTheFudge) {
  Exchange exchange;
  EXPECT_EQ(exchange.check(exchange.next(4711, later(300))), std::nullopt);
  EXPECT_NE(exchange.check(exchange.next(4711, later(301))), std::nullopt);
}

TEST(TsigSequence, AnotherKeyOrAlgorithmIsFound) {
  Exchange exchange;
  TsigFields fields = fields_of(exchange.next());
  fields.key = name("other.");
  EXPECT_EQ(exchange.check(with_tsig(answer(), fields)), "signed with another key");
  fields = fields_of(exchange.next());
  fields.algorithm = name("hmac-sha1.");
  EXPECT_EQ(exchange.check(with_tsig(answer(), fields)), "signed with another algorithm");
}

TEST(TsigSequence, ATruncatedMacIsWrong) {  // 6
  Exchange exchange;
  TsigFields fields = fields_of(exchange.next());
  fields.mac.resize(16);
  EXPECT_EQ(exchange.check(with_tsig(answer(), fields)), "wrong MAC");
}

TEST(TsigSequence, AnErrorOfTheServerIsTold) {  // 3, 4
  const auto key = make_key();
  struct Row {
    WallTime client_time;
    std::shared_ptr<const Key> servers_key;
    std::string expected;
  };
  const Row rows[] = {
      {later(-400), key, "the server says BADTIME, its clock is at 1800000000"},
      {now, make_key("xfr.", Algorithm::hmac_sha256, "another"), "the server says BADSIG (not signed)"},
      {now, make_key("other."), "the server says BADKEY (not signed)"},
  };
  for (const Row& row : rows) {
    Bytes request = query();
    ClientTransaction client(request, key, row.client_time);
    const Failure failure = std::get<Failure>(verify(request, only(row.servers_key)));
    Bytes reply = answer();
    sign_failure(reply, failure, now);
    EXPECT_EQ(client.verify(reply, parsed(reply), row.client_time), row.expected);
  }
}

TEST(TsigSequence, BadtruncIsToldSigned) {  // 6
  const auto key = make_key();
  Bytes request = query();
  ClientTransaction client(request, key, now);
  // The request as a truncating client sends it: its MAC, cut, is what both sides go on with (RFC 8945 §5.3.2).
  TsigFields fields = fields_of(request);
  fields.mac.resize(16);
  const Failure failure = std::get<Failure>(verify(with_tsig(query(), fields), only(key)));
  Bytes reply = answer();
  sign_failure(reply, failure, now);
  EXPECT_EQ(fields_of(reply).error, 22);
  EXPECT_EQ(fields_of(reply).mac.size(), 32U);
}

TEST(TsigSequence, TheRecordEchoesTheAnswersId) {  // 7
  Exchange exchange;
  EXPECT_EQ(fields_of(exchange.next(0x1234)).original_id, 0x1234);
}

}  // namespace
}  // namespace minidns::tsig::test
