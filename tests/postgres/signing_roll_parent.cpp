// Rolls in which the parent has a part, step by step, and the tools' verdict at each.
#include "dnssec/dnskey.hpp"
#include "tests/postgres/roll_fixture.hpp"

#include <set>

namespace minidns::storage::postgres {

std::string RollTest::algorithms() {
  const auto zone = reader().signed_zone(*zone_);
  const auto of = [&](const dns::Name& owner, dns::RRType covered) {
    std::set<int> algorithms;
    const auto rrsigs = zone->find(owner, dns::RRType::rrsig).value();
    for (const auto& rrsig : rrsigs.rdata) {
      const auto octets = rrsig.octets();
      if ((octets[0] << 8 | octets[1]) == covered.value()) {
        algorithms.insert(octets[2]);
      }
    }
    std::string text;
    for (const int algorithm : algorithms) {
      text += (text.empty() ? "" : "+") + std::to_string(algorithm);
    }
    return text;
  };
  return of(dns::Name::from_text("www.example.org.").value(), dns::RRType::a) + " of " +
         of(zone->apex(), dns::RRType::dnskey);
}

namespace {

using dnssec::test::KeyRoles;

TEST_F(RollTest, ANewKskTakesOverWhenEveryNameserverOfTheParentHasItsDs) {
  sign();
  const auto old_ds = wanted_ds();
  const auto old_tag = tags(api::KeyRole::ksk).front();
  signing().parent().set(old_ds);
  ASSERT_EQ(roll(api::KeyRole::ksk), "");
  EXPECT_EQ(tags(api::KeyRole::ksk).size(), 2U);
  EXPECT_EQ(apex_records(dns::RRType::dnskey).size(), 3U);
  EXPECT_EQ(ds_tags(), std::vector{old_tag}) << "the parent isn't asked yet";
  EXPECT_EQ(complaints(), "");

  pass_caches(3601);
  EXPECT_EQ(phase(), "submitting seen");
  ASSERT_EQ(ds_tags().size(), 1U);
  EXPECT_NE(ds_tags().front(), old_tag);
  EXPECT_EQ(apex_records(dns::RRType::cds).size(), 1U);
  EXPECT_EQ(complaints(), "");
  pass_parent_look();
  EXPECT_EQ(phase(), "submitting seen");
  EXPECT_NE(view().roll->waits_for->find("no DS of key " + std::to_string(ds_tags().front())), std::string::npos)
      << *view().roll->waits_for;

  signing().parent().set({});
  pass_parent_look();
  EXPECT_NE(view().roll->waits_for->find("silent"), std::string::npos) << *view().roll->waits_for;

  auto both = old_ds;
  both.push_back(wanted_ds().front());
  signing().parent().set(both);
  pass_parent_look();
  EXPECT_EQ(phase(), "submitting seen") << "the old one must go";

  signing().parent().set(wanted_ds());
  pass_parent_look();
  EXPECT_EQ(phase(), "ds_caching seen");
  let_time_pass(FakeParent::ttl_s - 2);
  advance();
  EXPECT_EQ(phase(), "ds_caching seen") << "the old DS set may be cached";
  EXPECT_EQ(complaints(), "");
  let_time_pass(3);
  advance();
  EXPECT_EQ(phase(), "");
  ASSERT_EQ(tags(api::KeyRole::ksk).size(), 1U);
  EXPECT_NE(tags(api::KeyRole::ksk).front(), old_tag);
  EXPECT_EQ(apex_records(dns::RRType::dnskey).size(), 2U);
  EXPECT_EQ(complaints(), "");
  EXPECT_EQ(view().keys.front().state, api::KeyState::active);
}

TEST_F(RollTest, APersonsWordIsEnoughWhereTheParentCannotBeAsked) {
  sign();
  ASSERT_EQ(roll(api::KeyRole::ksk), "");
  pass_caches(3601);
  EXPECT_EQ(phase(), "submitting seen");
  ASSERT_TRUE(port().report_ds(Desk::scope(), zone(), {.at_parent = true, .ttl = 7200}));
  advance();
  EXPECT_EQ(phase(), "ds_caching seen");
  EXPECT_NE(cancel(), "");
  let_time_pass(7201);
  advance();
  EXPECT_EQ(phase(), "");
  EXPECT_EQ(tags(api::KeyRole::ksk).size(), 1U);
}

TEST_F(RollTest, AKskRollThatTheParentHasNotSeenIsTakenBackInTwoSteps) {
  sign();
  const auto old_ds = wanted_ds();
  const auto old_tag = tags(api::KeyRole::ksk).front();
  ASSERT_EQ(roll(api::KeyRole::ksk), "");
  pass_caches(3601);
  const auto new_ds = wanted_ds();
  ASSERT_EQ(cancel(), "");
  EXPECT_EQ(phase(), "retracting");
  EXPECT_EQ(ds_tags(), std::vector{old_tag});
  EXPECT_EQ(complaints(), "");
  signing().parent().set(new_ds);
  pass_caches(3601);
  pass_parent_look();
  EXPECT_EQ(phase(), "retracting seen") << "the parent took it all the same: both keys stay";
  EXPECT_EQ(apex_records(dns::RRType::dnskey).size(), 3U);
  signing().parent().set(old_ds);
  pass_parent_look();
  EXPECT_EQ(phase(), "retracting seen") << "caches may have the new DS";
  let_time_pass(FakeParent::ttl_s + 1);
  advance();
  EXPECT_EQ(phase(), "");
  EXPECT_EQ(tags(api::KeyRole::ksk), std::vector{old_tag});
  EXPECT_EQ(complaints(), "");
}

TEST_F(RollTest, ACskIsRolledAsTheTwoKeysThatItIs) {
  signing().add_policy("csk", {.algorithm = dnssec::Algorithm::ed25519, .key_model = api::KeyModel::csk});
  sign("csk");
  signing().parent().set(wanted_ds());
  EXPECT_EQ(complaints(KeyRoles::one_for_all), "");
  const auto old_tag = tags(api::KeyRole::csk).front();
  ASSERT_EQ(roll(api::KeyRole::csk), "");
  EXPECT_EQ(complaints(KeyRoles::several_for_all), "");
  pass_caches(3601);
  EXPECT_EQ(phase(), "submitting seen");
  EXPECT_EQ(complaints(KeyRoles::several_for_all), "");
  signing().parent().set(wanted_ds());
  pass_parent_look();
  let_time_pass(FakeParent::ttl_s + 1);
  advance();
  EXPECT_EQ(phase(), "activating");
  EXPECT_EQ(complaints(KeyRoles::several_for_all), "");
  pass_slots();
  EXPECT_EQ(phase(), "draining");
  EXPECT_EQ(complaints(KeyRoles::several_for_all), "");
  pass_caches(3601);
  EXPECT_EQ(phase(), "");
  ASSERT_EQ(tags(api::KeyRole::csk).size(), 1U);
  EXPECT_NE(tags(api::KeyRole::csk).front(), old_tag);
  EXPECT_EQ(complaints(KeyRoles::one_for_all), "");
}

TEST_F(RollTest, AnAlgorithmIsRolledWithItsSignaturesBeforeItsKeys) {
  sign();
  signing().add_policy("ed25519", {.algorithm = dnssec::Algorithm::ed25519, .denial = api::Denial::nsec3});
  signing().sign(zone(), "ed25519");
  EXPECT_EQ(view().roll->kind, api::RollKind::algorithm);
  EXPECT_EQ(phase(), "presigning");
  EXPECT_EQ(algorithms(), "13 of 13") << "no slot has moved yet";
  EXPECT_EQ(complaints(), "");
  pass_slots();
  EXPECT_EQ(phase(), "presigned");
  EXPECT_EQ(algorithms(), "13+15 of 13");
  EXPECT_EQ(complaints(), "");
  pass_caches(3601);
  EXPECT_EQ(phase(), "publishing");
  EXPECT_EQ(algorithms(), "13+15 of 13+15");
  EXPECT_EQ(complaints(), "");
  pass_caches(3601);
  EXPECT_EQ(phase(), "submitting seen");
  EXPECT_EQ(complaints(), "");
  signing().parent().set(wanted_ds());
  pass_parent_look();
  let_time_pass(FakeParent::ttl_s + 1);
  advance();
  EXPECT_EQ(phase(), "withdrawing");
  EXPECT_EQ(algorithms(), "13+15 of 15");
  EXPECT_EQ(complaints(), "");
  pass_caches(3601);
  EXPECT_EQ(phase(), "");
  EXPECT_EQ(algorithms(), "15 of 15");
  EXPECT_EQ(view().keys.size(), 2U);
  EXPECT_EQ(complaints(), "");
}

TEST_F(RollTest, AnAlgorithmsRollIsTakenBackTheWayItCame) {
  sign();
  const auto old_ds = wanted_ds();
  signing().add_policy("ed25519-csk", {.algorithm = dnssec::Algorithm::ed25519, .key_model = api::KeyModel::csk});
  signing().sign(zone(), "ed25519-csk");
  ASSERT_EQ(cancel(), "");
  EXPECT_EQ(phase(), "");
  EXPECT_EQ(view().signing->policy, "default");
  EXPECT_EQ(algorithms(), "13 of 13");

  signing().sign(zone(), "ed25519-csk");
  pass_slots();
  pass_caches(3601);
  ASSERT_EQ(phase(), "publishing");
  pass_caches(3601);
  ASSERT_EQ(phase(), "submitting seen");
  signing().parent().set(old_ds);
  ASSERT_EQ(cancel(), "");
  EXPECT_EQ(complaints(KeyRoles::one_for_all), "");
  pass_caches(3601);
  pass_parent_look();
  let_time_pass(FakeParent::ttl_s + 1);
  advance();
  EXPECT_EQ(phase(), "withdrawing");
  EXPECT_EQ(view().signing->policy, "default");
  EXPECT_EQ(algorithms(), "13+15 of 13") << "the keys go first, then their signatures";
  EXPECT_EQ(complaints(), "");
  pass_caches(3601);
  EXPECT_EQ(phase(), "");
  EXPECT_EQ(algorithms(), "13 of 13");
  EXPECT_EQ(wanted_ds(), old_ds);
  EXPECT_EQ(complaints(), "");
}

TEST_F(RollTest, ACskTakesOverFromTwoKeysOfTheSameAlgorithmAndBack) {
  sign();
  signing().add_policy("csk", {.key_model = api::KeyModel::csk});
  for (const std::string policy : {"csk", "default"}) {
    SCOPED_TRACE(policy);
    signing().sign(zone(), policy);
    EXPECT_EQ(view().roll->kind, api::RollKind::csk);
    EXPECT_EQ(complaints(KeyRoles::several_for_all), "");
    pass_caches(3601);
    signing().parent().set(wanted_ds());
    pass_parent_look();
    EXPECT_EQ(complaints(KeyRoles::several_for_all), "");
    let_time_pass(FakeParent::ttl_s + 1);
    advance();
    pass_slots();
    EXPECT_EQ(complaints(KeyRoles::several_for_all), "");
    pass_caches(3601);
    EXPECT_EQ(phase(), "");
    EXPECT_EQ(view().keys.size(), policy == "csk" ? 1U : 2U);
    EXPECT_EQ(complaints(policy == "csk" ? KeyRoles::one_for_all : KeyRoles::split), "");
  }
}

TEST_F(RollTest, AZoneGoesUnsignedOnlyWhenTheDsIsGoneAndForgotten) {
  sign();
  signing().parent().set(wanted_ds());
  ASSERT_EQ(refusal(port().unsign(Desk::scope(), zone(), false)), "");
  EXPECT_EQ(view().roll->kind, api::RollKind::unsigning);
  EXPECT_TRUE(view().ds.empty());
  ASSERT_EQ(apex_records(dns::RRType::cds).size(), 1U);
  EXPECT_EQ(apex_records(dns::RRType::cds).front().octets().size(), 5U) << "0 0 0 00";
  EXPECT_EQ(complaints(), "");
  pass_parent_look();
  EXPECT_EQ(phase(), "submitting seen");
  ASSERT_EQ(cancel(), "");
  EXPECT_EQ(view().roll->kind, api::RollKind::first_signing);
  EXPECT_TRUE(apex_records(dns::RRType::cds).empty());
  EXPECT_EQ(ds_tags().size(), 1U);
  pass_caches(3601);
  EXPECT_EQ(phase(), "");
  EXPECT_EQ(apex_records(dns::RRType::cds).size(), 1U);
  EXPECT_EQ(complaints(), "");

  ASSERT_EQ(refusal(port().unsign(Desk::scope(), zone(), false)), "");
  pass_parent_look();
  signing().parent().set(std::vector<std::string>{"1 13 2 " + std::string(64, 'A')});
  pass_parent_look();
  EXPECT_EQ(phase(), "submitting seen") << "a DS that isn't ours would make it bogus, too";
  signing().parent().set(std::vector<std::string>());
  pass_parent_look();
  EXPECT_EQ(phase(), "ds_caching seen");
  EXPECT_EQ(complaints(), "");
  ASSERT_EQ(refusal(port().unsign(Desk::scope(), zone(), false)), "");
  EXPECT_TRUE(reader().head(zone()).signing.has_value()) << "asking again makes it no faster";
  let_time_pass(FakeParent::ttl_s + 1);
  advance();
  EXPECT_FALSE(view().signing.has_value());
  EXPECT_FALSE(reader().head(zone()).signing.has_value());
  EXPECT_EQ(phase(), "");

  sign();
  EXPECT_EQ(complaints(), "") << "and secure again";
}

TEST_F(RollTest, AZoneWhoseKeyWasRolledCanHaveAPolicyWithALongerPeriod) {
  signing().add_policy("daily", {.refresh_period = day_s});
  sign("daily");
  ASSERT_EQ(roll(api::KeyRole::zsk), "");
  pass_caches(3601);
  pass_slots();
  pass_caches(3601);
  ASSERT_EQ(phase(), "");
  signing().sign(zone(), "default");
  EXPECT_EQ(complaints(), "") << "slots of a week begin before the key was there";
  signing().add_policy("weekly-ed25519", {.algorithm = dnssec::Algorithm::ed25519});
  signing().sign(zone(), "weekly-ed25519");
  EXPECT_EQ(complaints(), "");
}

TEST_F(RollTest, ARetiredNameserversTasksHoldNothingUp) {
  sign();
  ASSERT_EQ(roll(api::KeyRole::zsk), "");
  sql("insert into nameservers (id, pool_id, name, driver, address, state)"
      " select gen_random_uuid(), id, 'old', 'none', '127.0.0.9', 'retired' from pools");
  sql("insert into tasks (nameserver_id, name_key, zone_name, zone_id, action, since_seq, seq, version, serial)"
      " select n.id, z.name_key, z.name, z.id, 'update', 1, 1, z.version, z.serial from zones z, nameservers n"
      " where n.state = 'retired'");
  pass_caches(3601);
  EXPECT_EQ(phase(), "activating");
}

}  // namespace
}  // namespace minidns::storage::postgres
