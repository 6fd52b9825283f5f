// A roll of a ZSK, step by step; and what all rolls have in common.
#include "tests/postgres/roll_fixture.hpp"

namespace minidns::storage::postgres {
namespace {

TEST_F(RollTest, ANewZskTakesOverStepByStepAndTheToolsAcceptEach) {
  sign();
  const auto old_tag = tags(api::KeyRole::zsk).front();
  ASSERT_EQ(roll(api::KeyRole::zsk), "");
  EXPECT_EQ(phase(), "publishing");
  EXPECT_EQ(tags(api::KeyRole::zsk).size(), 2U);
  EXPECT_EQ(complaints(), "");

  advance();
  EXPECT_EQ(phase(), "publishing") << "the nameserver hasn't got it yet";
  confirm_all();
  let_time_pass(61);
  advance();
  EXPECT_EQ(phase(), "publishing seen");
  let_time_pass(3599);
  advance();
  EXPECT_EQ(phase(), "publishing seen") << "the old DNSKEY set may be cached";
  let_time_pass(2);
  advance();
  EXPECT_EQ(phase(), "activating");
  EXPECT_EQ(complaints(), "") << "the old key signs until slots move";

  pass_slots();
  EXPECT_EQ(complaints(), "") << "the new key has signed everything";
  EXPECT_EQ(phase(), "draining");
  confirm_all();
  advance();
  EXPECT_EQ(phase(), "draining seen");
  let_time_pass(3599);
  advance();
  EXPECT_EQ(tags(api::KeyRole::zsk).size(), 2U) << "the largest TTL of the zone is an hour";
  let_time_pass(2);
  advance();
  EXPECT_EQ(phase(), "");
  ASSERT_EQ(tags(api::KeyRole::zsk).size(), 1U);
  EXPECT_NE(tags(api::KeyRole::zsk).front(), old_tag);
  EXPECT_EQ(complaints(), "");
  EXPECT_EQ(sql("select count(*) from zsk_secrets"), "2") << "versions of the history need the old one";
}

TEST_F(RollTest, OneAtATimeAndNothingElseMeanwhile) {
  sign();
  ASSERT_EQ(roll(api::KeyRole::zsk), "");
  EXPECT_NE(roll(api::KeyRole::zsk).find("not before"), std::string::npos);
  signing().add_policy("nsec3", {.denial = api::Denial::nsec3});
  EXPECT_NE(signing().refusal(zone(), "nsec3").find("runs since"), std::string::npos);
  EXPECT_NE(roll(api::KeyRole::ksk), "");
  ASSERT_TRUE(port().unsign(Desk::scope(), zone(), true).has_value());
  EXPECT_EQ(phase(), "") << "it ends with the signing";
  EXPECT_NE(cancel(), "");
}

TEST_F(RollTest, AKeyThatTheZoneDoesNotHaveCannotBeRolled) {
  EXPECT_NE(roll(api::KeyRole::zsk).find("isn't signed"), std::string::npos);
  signing().add_policy("csk", {.key_model = api::KeyModel::csk});
  sign("csk");
  EXPECT_NE(roll(api::KeyRole::zsk).find("no ZSK"), std::string::npos);
  EXPECT_NE(roll(api::KeyRole::ksk).find("no KSK"), std::string::npos);
}

TEST_F(RollTest, AKeyThatIsOlderThanItsPolicyWantsIsRolled) {
  sign();
  signing().roller().begin_overdue();
  EXPECT_EQ(phase(), "") << "no lifetime";
  ASSERT_TRUE(signing().policies().update(Desk::scope(), "default",
                                          {.ksk_lifetime = api::Change<std::int64_t>::set(365 * day_s),
                                           .zsk_lifetime = api::Change<std::int64_t>::set(90 * day_s)}));
  signing().roller().begin_overdue();
  EXPECT_EQ(phase(), "") << "too young";
  sql("update dnssec_keys set active_at = now() - interval '91 days'");
  signing().roller().begin_overdue();
  signing().roller().begin_overdue();
  EXPECT_EQ(view().roll->kind, api::RollKind::zsk);
  EXPECT_EQ(tags(api::KeyRole::zsk).size(), 2U);
  ASSERT_EQ(cancel(), "");
  sql("update dnssec_keys set active_at = case role when 'KSK' then now() - interval '366 days' else now() end");
  signing().roller().begin_overdue();
  EXPECT_EQ(view().roll->kind, api::RollKind::ksk);
}

TEST_F(RollTest, APausedRollStaysWhereItIs) {
  sign();
  EXPECT_NE(refusal(port().pause_roll(Desk::scope(), zone(), true)), "");
  ASSERT_EQ(roll(api::KeyRole::zsk), "");
  ASSERT_EQ(refusal(port().pause_roll(Desk::scope(), zone(), true)), "");
  EXPECT_TRUE(view().roll->paused);
  pass_caches(3601);
  EXPECT_EQ(phase(), "publishing");
  ASSERT_EQ(refusal(port().pause_roll(Desk::scope(), zone(), false)), "");
  pass_caches(3601);
  EXPECT_EQ(phase(), "activating");
}

TEST_F(RollTest, ARollIsTakenBackWhileNothingDependsOnIt) {
  sign();
  const auto before = tags(api::KeyRole::zsk);
  ASSERT_EQ(roll(api::KeyRole::zsk), "");
  ASSERT_EQ(cancel(), "");
  EXPECT_EQ(phase(), "");
  EXPECT_EQ(tags(api::KeyRole::zsk), before);
  EXPECT_EQ(complaints(), "");
  ASSERT_EQ(roll(api::KeyRole::zsk), "");
  pass_caches(3601);
  EXPECT_NE(cancel().find("signed by the new key already"), std::string::npos);
  EXPECT_EQ(phase(), "activating");
}

TEST_F(RollTest, ANewlySignedZoneAsksTheParentForNothingBeforeCachesKnowThatItIsSigned) {
  signing().sign(zone());
  EXPECT_EQ(phase(), "draining");
  EXPECT_TRUE(apex_records(dns::RRType::cds).empty());
  EXPECT_EQ(complaints(), "");
  confirm_all();
  advance();
  let_time_pass(3599);
  advance();
  EXPECT_TRUE(apex_records(dns::RRType::cds).empty()) << "unsigned answers may be cached for an hour";
  let_time_pass(2);
  advance();
  EXPECT_EQ(phase(), "");
  EXPECT_EQ(apex_records(dns::RRType::cds).size(), 1U);
  EXPECT_EQ(apex_records(dns::RRType::cdnskey).size(), 1U);
  EXPECT_EQ(complaints(), "");
}

TEST_F(RollTest, KeysOfOtherProvidersAreInTheKeySetAndStayThroughRolls) {
  sign();
  const std::string theirs =
      "257 3 13 mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT0rAK9iUzy1L53eKGQ==";
  const auto set = [&](const std::vector<std::string>& dnskeys) {
    return refusal(port().set_foreign_dnskeys(Desk::scope(), zone(), dnskeys));
  };
  ASSERT_EQ(set({theirs}), "");
  EXPECT_EQ(apex_records(dns::RRType::dnskey).size(), 3U);
  EXPECT_EQ(apex_records(dns::RRType::cds).size(), 2U) << "all providers' (RFC 8901 §8)";
  EXPECT_EQ(ds_tags().size(), 2U);
  EXPECT_EQ(complaints(), "");
  ASSERT_EQ(roll(api::KeyRole::zsk), "");
  EXPECT_EQ(apex_records(dns::RRType::dnskey).size(), 4U);
  EXPECT_EQ(view().foreign_dnskeys, std::vector{theirs});

  EXPECT_NE(set({"257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4="}).find("algorithm"), std::string::npos);
  EXPECT_NE(set({theirs, theirs}).find("key tag"), std::string::npos);
  EXPECT_NE(set({"257 3 13 AAAA"}), "");
  EXPECT_NE(set({"not a key"}), "");
  ASSERT_EQ(set({}), "");
  EXPECT_EQ(apex_records(dns::RRType::dnskey).size(), 3U);
}

}  // namespace
}  // namespace minidns::storage::postgres
