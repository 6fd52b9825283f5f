// The server's side of a request. Numbers are those of the edge cases that a test covers.

#include "tests/unit/tsig_support.hpp"
#include "tsig/record.hpp"

#include <gtest/gtest.h>

namespace minidns::tsig::test {
namespace {

/// The failure, or a test failure.
Failure failure_of(const std::variant<Verified, Failure>& result) {
  if (const auto* failure = std::get_if<Failure>(&result)) return *failure;
  ADD_FAILURE() << "the request was taken";
  return Failure{Failure::Kind::formerr, dns::TsigErrc::noerror, parsed(signed_query(make_key())).tsig.value(), {}};
}

void expect_failure(const std::variant<Verified, Failure>& result, Failure::Kind kind, dns::TsigErrc error) {
  const Failure failure = failure_of(result);
  EXPECT_EQ(failure.kind, kind);
  EXPECT_EQ(failure.error, error);
}

TEST(TsigRequest, IsTakenWhenSignedWell) {
  for (const Algorithm algorithm : {Algorithm::hmac_sha1, Algorithm::hmac_sha224, Algorithm::hmac_sha256,
                                    Algorithm::hmac_sha384, Algorithm::hmac_sha512}) {
    const auto key = make_key("xfr.", algorithm);
    const Bytes request = signed_query(key);
    const auto result = verify(request, only(key));
    ASSERT_TRUE(std::holds_alternative<Verified>(result));
    EXPECT_EQ(std::get<Verified>(result).key, key);
    EXPECT_EQ(std::get<Verified>(result).request_mac, fields_of(request).mac);
  }
}

TEST(TsigRequest, KeyAndAlgorithmNamesHaveNoCase) {  // 9
  const auto key = make_key("xfr.example.");
  TsigFields fields = fields_of(signed_query(key));
  fields.key = name("XFR.Example.");
  fields.algorithm = name("HMAC-SHA256.");
  EXPECT_TRUE(std::holds_alternative<Verified>(verify(with_tsig(query(), fields), only(key))));
}

TEST(TsigRequest, IsCheckedWithItsOriginalId) {  // 7: a forwarder changed the ID in the header
  const auto key = make_key();
  Bytes request = signed_query(key);
  request[0] ^= 0x55;
  EXPECT_TRUE(std::holds_alternative<Verified>(verify(request, only(key))));
}

TEST(TsigRequest, AnyOtherChangedOctetIsBadsig) {
  const auto key = make_key();
  const Bytes request = signed_query(key);
  const std::size_t end = parsed(request).tsig.value().offset;
  for (std::size_t i = 2; i < end; ++i) {
    Bytes changed = request;
    changed[i] ^= 0x20;
    const auto message = dns::parse_message(changed);
    if (!message || !message->tsig) continue;  // counts that don't fit any more
    if (i >= 12 && i < end - 4) {
      // The question's name: TSIG covers it as it came, case included.
      expect_failure(verify_request(changed, *message, only(key), now), Failure::Kind::unsigned_error,
                     dns::TsigErrc::badsig);
    } else {
      EXPECT_TRUE(std::holds_alternative<Failure>(verify_request(changed, *message, only(key), now))) << i;
    }
  }
}

TEST(TsigRequest, EveryFieldIsCoveredByTheMac) {
  const auto key = make_key();
  const TsigFields good = fields_of(signed_query(key));
  const auto with = [&good](auto change) {
    TsigFields fields = good;
    change(fields);
    return with_tsig(query(), fields);
  };
  const Bytes changed[] = {with([](TsigFields& f) { ++f.time_signed_s; }), with([](TsigFields& f) { ++f.fudge_s; }),
                           with([](TsigFields& f) { f.other = {1}; }), with([](TsigFields& f) { ++f.original_id; }),
                           with([](TsigFields& f) { f.mac.back() ^= 1; })};
  for (const Bytes& request : changed) {
    expect_failure(verify(request, only(key)), Failure::Kind::unsigned_error, dns::TsigErrc::badsig);
  }
}

TEST(TsigRequest, AnUnknownKeyOrAnotherAlgorithmIsBadkey) {  // 4
  const auto key = make_key();
  const auto badkey = [](const std::variant<Verified, Failure>& result) {
    expect_failure(result, Failure::Kind::unsigned_error, dns::TsigErrc::badkey);
  };
  badkey(verify(signed_query(make_key("other.")), only(key)));
  badkey(verify(signed_query(make_key("xfr.", Algorithm::hmac_sha512)), only(key)));
  TsigFields md5 = fields_of(signed_query(key));
  md5.algorithm = name("hmac-md5.sig-alg.reg.int.");
  md5.mac = Bytes(16);
  badkey(verify(with_tsig(query(), md5), only(key)));
}

TEST(TsigRequest, AWrongSecretIsBadsigWhateverTheTime) {  // 4, 5: the MAC is checked before the time
  const auto key = make_key();
  const Bytes request = signed_query(make_key("xfr.", Algorithm::hmac_sha256, "guessed"), later(-100'000));
  expect_failure(verify(request, only(key)), Failure::Kind::unsigned_error, dns::TsigErrc::badsig);
}

TEST(TsigRequest, MayBeOffByTheFudgeAndNoMore) {  // 3
  const auto key = make_key();
  for (const std::int64_t off : {-300, -1, 0, 1, 300}) {
    EXPECT_TRUE(std::holds_alternative<Verified>(verify(signed_query(key, later(off)), only(key)))) << off;
  }
  for (const std::int64_t off : {-1'000'000, -301, 301, 1'000'000}) {
    expect_failure(verify(signed_query(key, later(off)), only(key)), Failure::Kind::signed_error,
                   dns::TsigErrc::badtime);
  }
}

TEST(TsigRequest, HasAMacOfAllowedSize) {  // 6
  struct Row {
    Algorithm algorithm;
    std::size_t mac_octets;
    bool is_formerr;  // else BADTRUNC, as the octets are right
  };
  const Row rows[] = {
      {Algorithm::hmac_sha256, 0, true},   {Algorithm::hmac_sha256, 1, true},   {Algorithm::hmac_sha256, 10, true},
      {Algorithm::hmac_sha256, 15, true},  {Algorithm::hmac_sha256, 16, false}, {Algorithm::hmac_sha256, 31, false},
      {Algorithm::hmac_sha1, 9, true},     {Algorithm::hmac_sha1, 10, false},   {Algorithm::hmac_sha512, 31, true},
      {Algorithm::hmac_sha512, 32, false},
  };
  for (const Row& row : rows) {
    const auto key = make_key("xfr.", row.algorithm);
    TsigFields fields = fields_of(signed_query(key));
    fields.mac.resize(row.mac_octets);
    const auto kind = row.is_formerr ? Failure::Kind::formerr : Failure::Kind::signed_error;
    const auto error = row.is_formerr ? dns::TsigErrc::noerror : dns::TsigErrc::badtrunc;
    expect_failure(verify(with_tsig(query(), fields), only(key)), kind, error);
  }
  const auto key = make_key();
  TsigFields longer = fields_of(signed_query(key));
  longer.mac.push_back(0);
  expect_failure(verify(with_tsig(query(), longer), only(key)), Failure::Kind::formerr, dns::TsigErrc::noerror);
}

TEST(TsigRequest, ATruncatedMacThatIsWrongIsBadsig) {  // 6
  const auto key = make_key();
  TsigFields fields = fields_of(signed_query(key));
  fields.mac.resize(16);
  fields.mac[3] ^= 1;
  expect_failure(verify(with_tsig(query(), fields), only(key)), Failure::Kind::unsigned_error, dns::TsigErrc::badsig);
}

TEST(TsigRequest, ATruncatedMacOutOfTimeIsBadtime) {
  const auto key = make_key();
  TsigFields fields = fields_of(signed_query(key, later(-1000)));
  fields.mac.resize(16);
  expect_failure(verify(with_tsig(query(), fields), only(key)), Failure::Kind::signed_error, dns::TsigErrc::badtime);
}

TEST(TsigRequest, WithAnErrorFieldIsFormerr) {  // 7
  const auto key = make_key();
  TsigFields fields = fields_of(signed_query(key));
  fields.error = 17;
  expect_failure(verify(with_tsig(query(), fields), only(key)), Failure::Kind::formerr, dns::TsigErrc::noerror);
}

TEST(TsigRequest, WithTwoTsigOrTsigNotLastDoesNotParse) {  // 10
  const auto key = make_key();
  const Bytes once = signed_query(key);
  EXPECT_FALSE(dns::parse_message(with_tsig(once, fields_of(once))).has_value());
  Bytes not_last = once;
  // A root-owned OPT record behind the TSIG.
  append_record(not_last, Bytes{0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0});
  EXPECT_FALSE(dns::parse_message(not_last).has_value());
}

// What is answered.

TEST(TsigFailure, FormerrGoesWithoutTsig) {
  const Failure failure{
      Failure::Kind::formerr, dns::TsigErrc::noerror, parsed(signed_query(make_key())).tsig.value(), {}};
  Bytes reply = answer();
  sign_failure(reply, failure, now);
  EXPECT_EQ(reply, answer());
}

TEST(TsigFailure, BadkeyAndBadsigAreSaidUnsigned) {  // 4
  const auto key = make_key();
  for (const dns::TsigErrc error : {dns::TsigErrc::badkey, dns::TsigErrc::badsig}) {
    const Failure failure{Failure::Kind::unsigned_error, error, parsed(signed_query(key)).tsig.value(), nullptr};
    Bytes reply = answer();
    sign_failure(reply, failure, now);
    const TsigFields said = fields_of(reply);
    EXPECT_EQ(said.key, key->name);
    EXPECT_EQ(said.algorithm, name_of(key->algorithm));
    EXPECT_TRUE(said.mac.empty());
    EXPECT_EQ(said.error, static_cast<std::uint16_t>(error));
    EXPECT_EQ(said.original_id, 4711);
    EXPECT_TRUE(said.other.empty());
    EXPECT_EQ(without_tsig(reply), answer());
  }
}

TEST(TsigFailure, BadtimeIsSignedAndTellsBothTimes) {  // 3
  const auto key = make_key();
  const Bytes request = signed_query(key, later(-5000));
  Bytes reply = answer();
  sign_failure(reply, failure_of(verify(request, only(key))), now);
  const TsigFields said = fields_of(reply);
  EXPECT_EQ(said.error, 18);
  EXPECT_EQ(said.time_signed_s, unix_seconds(later(-5000)));
  EXPECT_EQ(to_hex(said.other), "00006b49d200");  // 1800000000
  EXPECT_EQ(said.mac.size(), 32U);
}

}  // namespace
}  // namespace minidns::tsig::test
