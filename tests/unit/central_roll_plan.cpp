#include "central/roll_plan.hpp"
#include "central/signing_rules.hpp"

#include <gtest/gtest.h>

namespace minidns::central {
namespace {

using storage::DsState;
using storage::KeyRole;
using storage::RollKind;
using storage::RollPhase;

constexpr std::int64_t start_s = 1'795'000'000;
constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t now_s = start_s + 100 * day_s;
const RollTimes times{.signing_time = start_s, .period = 7 * day_s, .dnskey_ttl_s = 3600, .ttl_max_s = 3 * day_s};
const DnssecKeyId old_id(Uuid::version7(time_of_unix(1)));
const DnssecKeyId new_id(Uuid::version7(time_of_unix(2)));

storage::KeyRollState state(RollKind kind, RollPhase phase, bool is_visible,
                            std::optional<std::int64_t> seen_s = std::nullopt,
                            std::optional<std::int64_t> active_from = std::nullopt) {
  auto roll = begin_roll(kind, {old_id}, {new_id}, time_of_unix(start_s));
  roll.phase = phase;
  roll.version = dns::Version(5);
  roll.visible_at = seen_s ? std::optional(time_of_unix(*seen_s)) : std::nullopt;
  roll.active_from = active_from;
  return {.roll = roll, .is_visible = is_visible};
}

storage::SealedZoneKey key(const DnssecKeyId& id, KeyRole role, DsState ds = DsState::unknown) {
  return {.record = {.id = id,
                     .role = role,
                     .dnskey = dns::Rdata::from_octets({1, 1, 3, 13}).value(),
                     .state = storage::KeyState::active,
                     .ds = ds,
                     .ds_at = {},
                     .created_at = time_of_unix(start_s),
                     .active_at = {},
                     .retired_at = {}},
          .active_from = 0,
          .private_sealed = {}};
}

TEST(RollPlan, EachStepWaitsForWhatMayStillBeOutThere) {
  using Kind = RollStep::Kind;
  using enum RollPhase;
  const auto zsk = RollKind::zsk;
  const auto algorithm = RollKind::algorithm;
  const struct {
    const char* reason;
    storage::KeyRollState state;
    std::int64_t signing_time;
    Kind kind;
    RollPhase phase;
    std::int64_t next_s;
  } rows[] = {
      {"a nameserver lacks the new DNSKEY set", state(zsk, publishing, false), start_s, Kind::wait, publishing,
       now_s + 60},
      {"all have it: its TTL counts from when that was seen", state(zsk, publishing, true), start_s, Kind::wait,
       publishing, now_s + 3600},
      {"a second too early", state(zsk, publishing, true, now_s - 3599), start_s, Kind::wait, publishing, now_s + 1},
      {"caches have forgotten the old set", state(zsk, publishing, true, now_s - 3600), start_s, Kind::advance,
       activating, now_s + 7 * day_s},
      {"what was seen counts, though a nameserver was added since", state(zsk, publishing, false, now_s - 3600),
       start_s, Kind::advance, activating, now_s + 7 * day_s},
      {"slots are still to move", state(zsk, activating, true, {}, now_s - day_s), now_s, Kind::wait, activating,
       now_s + 6 * day_s},
      {"refresh is late", state(zsk, activating, true, {}, now_s - 8 * day_s), now_s - 2 * day_s, Kind::wait,
       activating, now_s + 600},
      {"every slot has moved", state(zsk, activating, true, {}, now_s - 8 * day_s), now_s - day_s, Kind::wait, draining,
       now_s},
      {"a nameserver has old signatures", state(zsk, draining, false, {}, start_s), now_s, Kind::wait, draining,
       now_s + 60},
      {"caches have them", state(zsk, draining, true, {}, start_s), now_s, Kind::wait, draining, now_s + 3 * day_s},
      {"nobody has them", state(zsk, draining, true, now_s - 3 * day_s, start_s), now_s, Kind::finish, draining,
       start_s},
      {"signatures of the new algorithm come first", state(algorithm, presigning, true, {}, now_s - 8 * day_s), now_s,
       Kind::wait, presigned, now_s},
      {"then its keys", state(algorithm, presigned, true, now_s - 3 * day_s, start_s), now_s, Kind::advance, publishing,
       now_s},
      {"the old keys go before their signatures", state(algorithm, ds_caching, true, now_s - day_s, start_s), now_s,
       Kind::advance, withdrawing, now_s},
      {"at last those", state(algorithm, withdrawing, true, now_s - 3600, start_s), now_s, Kind::finish, withdrawing,
       start_s},
      {"a DS set that nobody saw has a day", state(RollKind::ksk, ds_caching, true, now_s - day_s + 1), now_s,
       Kind::wait, ds_caching, now_s + 1},
      {"the parent is looked at less often as time goes by", state(RollKind::ksk, submitting, true, now_s - 6000),
       now_s, Kind::wait, submitting, now_s + 600},
      {"but once in an hour", state(RollKind::ksk, submitting, true, start_s), now_s, Kind::wait, submitting,
       now_s + 3600},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.reason);
    auto its_times = times;
    its_times.signing_time = row.signing_time;
    const bool is_submitted = row.state.roll.phase == submitting;
    const ParentFact parent{is_submitted ? ParentState::otherwise : ParentState::as_wanted, time_of_unix(start_s)};
    const auto step = decide_roll(row.state, its_times, parent, dns::Version(9), time_of_unix(now_s));
    EXPECT_EQ(step.kind, row.kind);
    EXPECT_EQ(step.roll.phase, row.phase);
    EXPECT_EQ(unix_seconds(step.roll.next_at), row.next_s);
  }
}

TEST(RollPlan, DrainingWaitsForTheVersionThatIsTheHeadThen) {
  const auto step = decide_roll(state(RollKind::zsk, RollPhase::activating, true, {}, start_s - 7 * day_s), times,
                                {ParentState::otherwise}, dns::Version(9), time_of_unix(start_s));
  EXPECT_EQ(step.roll.version, dns::Version(9));
  EXPECT_FALSE(step.roll.visible_at.has_value());
}

TEST(RollPlan, TheParentIsAsWantedWithTheNewDsAndWithoutTheOld) {
  const auto roll = state(RollKind::ksk, RollPhase::submitting, true, start_s).roll;
  const struct {
    DsState old_ds;
    DsState new_ds;
    ParentState expected;
  } rows[] = {{DsState::absent, DsState::present, ParentState::as_wanted},
              {DsState::present, DsState::present, ParentState::otherwise},
              {DsState::unknown, DsState::present, ParentState::otherwise},
              {DsState::present, DsState::absent, ParentState::as_before},
              {DsState::unknown, DsState::unknown, ParentState::otherwise},
              {DsState::absent, DsState::absent, ParentState::as_before}};
  for (const auto& row : rows) {
    const auto keys = {key(old_id, KeyRole::ksk, row.old_ds), key(new_id, KeyRole::ksk, row.new_ds)};
    EXPECT_EQ(parent_fact(roll, keys, time_of_unix(now_s)).state, row.expected)
        << static_cast<int>(row.old_ds) << static_cast<int>(row.new_ds);
  }
  auto insecure = key(old_id, KeyRole::ksk, DsState::absent);
  insecure.record.ds_at = time_of_unix(now_s - day_s);
  const auto fact = parent_fact(roll, {insecure, key(new_id, KeyRole::ksk, DsState::absent)}, time_of_unix(now_s));
  EXPECT_EQ(fact.state, ParentState::as_wanted) << "without a DS for its TTL there is no chain to break";
}

TEST(RollPlan, AParentThatChangesItsMindMakesTheWaitForItsDsBeginAnew) {
  const auto waiting = state(RollKind::ksk, RollPhase::ds_caching, true, now_s - 2 * day_s);
  const auto step = decide_roll(waiting, times, {ParentState::otherwise}, dns::Version(9), time_of_unix(now_s));
  EXPECT_EQ(step.kind, RollStep::Kind::wait);
  EXPECT_EQ(step.roll.visible_at, time_of_unix(now_s));
}

TEST(RollPlan, WhatIsTakenBackStaysWhileCachesMayHaveItsDs) {
  const auto taken_back = state(RollKind::ksk, RollPhase::retracting, true, now_s - day_s);
  const auto decide = [&](std::int64_t since_s) {
    return decide_roll(taken_back, times, {ParentState::as_before, time_of_unix(since_s)}, dns::Version(9),
                       time_of_unix(now_s));
  };
  EXPECT_EQ(decide(now_s - 10).kind, RollStep::Kind::wait);
  EXPECT_EQ(decide(now_s - day_s).kind, RollStep::Kind::undo);
}

TEST(RollPlan, NoPhaseLeavesAZoneWithoutAChainThatCachesMayHave) {
  using enum RollPhase;
  const struct {
    RollKind kind;
    RollPhase phase;
    bool old_published, old_for_parent, new_published, new_for_parent;
  } rows[] = {
      {RollKind::ksk, publishing, true, true, true, false},
      {RollKind::ksk, submitting, true, false, true, true},
      {RollKind::ksk, retracting, true, true, true, false},
      {RollKind::ksk, ds_caching, true, false, true, true},
      {RollKind::csk, activating, true, false, true, true},
      {RollKind::csk, draining, true, false, true, true},
      {RollKind::algorithm, presigning, true, true, false, false},
      {RollKind::algorithm, presigned, true, true, false, false},
      {RollKind::algorithm, publishing, true, true, true, false},
      {RollKind::algorithm, withdrawing, false, false, true, true},
  };
  for (const auto& row : rows) {
    const auto members =
        members_of({key(old_id, KeyRole::csk), key(new_id, KeyRole::csk)}, state(row.kind, row.phase, true).roll);
    SCOPED_TRACE(static_cast<int>(row.kind) * 100 + static_cast<int>(row.phase));
    EXPECT_EQ(members[0].is_published, row.old_published);
    EXPECT_EQ(members[0].is_for_parent, row.old_for_parent);
    EXPECT_EQ(members[1].is_published, row.new_published);
    EXPECT_EQ(members[1].is_for_parent, row.new_for_parent);
  }
}

TEST(RollPlan, ARollIsTakenBackOnlyWhereThatIsSafe) {
  using enum RollPhase;
  using Kind = RollStep::Kind;
  const auto now = time_of_unix(now_s);
  EXPECT_EQ(cancel_roll(state(RollKind::zsk, publishing, true).roll, now)->kind, Kind::undo);
  EXPECT_FALSE(cancel_roll(state(RollKind::zsk, activating, true).roll, now));
  EXPECT_EQ(cancel_roll(state(RollKind::ksk, submitting, true).roll, now)->roll.phase, retracting);
  EXPECT_FALSE(cancel_roll(state(RollKind::ksk, ds_caching, true).roll, now));
  EXPECT_EQ(cancel_roll(state(RollKind::algorithm, presigned, true).roll, now)->kind, Kind::undo);
  const auto back = cancel_roll(state(RollKind::algorithm, publishing, true).roll, now);
  EXPECT_EQ(back->roll.phase, withdrawing);
  EXPECT_EQ(back->roll.old_keys, std::vector{new_id}) << "the new keys are what goes";
  const auto signed_again = cancel_roll(state(RollKind::unsigning, ds_caching, true).roll, now);
  EXPECT_EQ(signed_again->roll.kind, RollKind::first_signing) << "the parent is asked for a DS when that is safe";
  EXPECT_FALSE(cancel_roll(state(RollKind::first_signing, draining, true).roll, now));
}

}  // namespace
}  // namespace minidns::central
