#include "pool-manager/backoff.hpp"
#include "pool-manager/circuit.hpp"
#include "pool-manager/held_lease.hpp"
#include "pool-manager/lease_plan.hpp"
#include "pool-manager/version_reports.hpp"
#include "tests/unit/pool_samples.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace minidns::pool {
namespace {

using namespace std::chrono_literals;
using pool_samples::change;
using pool_samples::FakeClock;
using pool_samples::uuid;
using storage::ZoneAction;

InstanceId manager(std::uint8_t number) {
  return InstanceId(uuid(number));
}

NameserverId nameserver(std::uint8_t number) {
  return NameserverId(uuid(number));
}

/// A table and what its managers make of it, round by round.
struct World {
  storage::LeaseTable table;

  void round(InstanceId me) {
    const LeasePlan plan = plan_leases(table, me);
    for (auto& lease : table.leases) {
      if (std::ranges::find(plan.release, lease.nameserver) != plan.release.end()) {
        EXPECT_EQ(lease.holder, me);
        lease.holder.reset();
      }
      if (std::ranges::find(plan.acquire, lease.nameserver) != plan.acquire.end()) {
        EXPECT_TRUE(!lease.holder || lease.expired) << "a lease that is held is not taken";
        lease.holder = me;
        lease.expired = false;
      }
    }
  }

  [[nodiscard]] std::map<InstanceId, int> held() const {
    std::map<InstanceId, int> count;
    for (const auto& lease : table.leases) {
      if (lease.holder) {
        ++count[*lease.holder];
      }
    }
    return count;
  }
};

World world(std::uint8_t nameservers, std::uint8_t managers) {
  World made;
  for (std::uint8_t i = 1; i <= nameservers; ++i) {
    made.table.leases.push_back({nameserver(i), std::nullopt, true});
  }
  for (std::uint8_t i = 1; i <= managers; ++i) {
    made.table.managers.push_back(manager(i));
  }
  return made;
}

TEST(LeaseShare, AddsUpToAllAndIsEven) {
  for (std::size_t nameservers = 0; nameservers < 20; ++nameservers) {
    for (std::size_t managers = 1; managers < 8; ++managers) {
      std::size_t sum = 0;
      for (std::size_t rank = 0; rank < managers; ++rank) {
        const auto share = lease_share(nameservers, managers, rank);
        EXPECT_GE(share, nameservers / managers);
        EXPECT_LE(share, nameservers / managers + 1);
        sum += share;
      }
      EXPECT_EQ(sum, nameservers);
    }
  }
}

TEST(LeasePlan, AManagerAloneTakesAll) {
  auto alone = world(5, 1);
  alone.round(manager(1));
  EXPECT_EQ(alone.held()[manager(1)], 5);
}

TEST(LeasePlan, ASecondManagerGetsItsHalfAndNothingIsTakenFromAHolder) {
  auto both = world(5, 1);
  both.round(manager(1));
  both.table.managers.push_back(manager(2));
  both.round(manager(2));
  EXPECT_EQ(both.held()[manager(2)], 0) << "all are held";
  both.round(manager(1));
  EXPECT_EQ(both.held()[manager(1)], 3) << "the surplus is given back";
  both.round(manager(2));
  EXPECT_EQ(both.held()[manager(2)], 2);
  const auto settled = both.held();
  both.round(manager(1));
  both.round(manager(2));
  EXPECT_EQ(both.held(), settled) << "no lease goes to and fro";
}

TEST(LeasePlan, TheExpiredLeasesOfADeadManagerAreTaken) {
  auto left = world(4, 2);
  left.round(manager(1));
  left.round(manager(2));
  left.table.managers = {manager(2)};
  left.round(manager(2));
  EXPECT_EQ(left.held()[manager(2)], 2) << "not before they have expired";
  for (auto& lease : left.table.leases) {
    lease.expired = lease.holder == manager(1);
  }
  left.round(manager(2));
  EXPECT_EQ(left.held()[manager(2)], 4);
}

TEST(LeasePlan, AnOwnLeaseThatExpiredStaysOurs) {
  auto late = world(2, 1);
  late.round(manager(1));
  for (auto& lease : late.table.leases) {
    lease.expired = true;
  }
  const auto plan = plan_leases(late.table, manager(1));
  EXPECT_TRUE(plan.acquire.empty());
  EXPECT_TRUE(plan.release.empty());
}

TEST(HeldLease, StopsActingBeforeAnybodyElseMayHaveIt) {
  const SteadyTime start = SteadyTime{} + 1h;
  HeldLease lease({nameserver(1), 1}, start, 10s);
  EXPECT_TRUE(lease.is_valid(start + 7s));
  EXPECT_FALSE(lease.is_valid(start + 8s));
  lease.renewed(start + 5s, 10s);
  EXPECT_TRUE(lease.is_valid(start + 12s));
  EXPECT_FALSE(lease.is_valid(start + 13s));
}

TEST(RetryDelay, DoublesUpToTheMaximumWithJitterInItsLaterHalf) {
  const RetryPolicy policy{.first = 2s, .max = 60s, .error_after_attempts = 5};
  struct Row {
    int attempts;
    std::chrono::milliseconds whole;
  };
  for (const Row& row : {Row{1, 2s}, Row{2, 4s}, Row{3, 8s}, Row{5, 32s}, Row{6, 60s}, Row{1000, 60s}, Row{0, 2s}}) {
    EXPECT_EQ(retry_delay(policy, row.attempts, 0), row.whole / 2) << row.attempts;
    EXPECT_EQ(retry_delay(policy, row.attempts, static_cast<std::uint64_t>(row.whole.count() / 2)), row.whole)
        << row.attempts;
    for (std::uint64_t random = 1; random < 100'000; random = random * 7 + 3) {
      const auto delay = retry_delay(policy, row.attempts, random);
      EXPECT_GE(delay, row.whole / 2);
      EXPECT_LE(delay, row.whole);
    }
  }
}

TEST(LookDelay, IsQuickAtFirstAndThenEasy) {
  EXPECT_EQ(look_delay(0), 0ms);
  EXPECT_EQ(look_delay(1), 5ms);
  EXPECT_EQ(look_delay(2), 10ms);
  EXPECT_EQ(look_delay(8), 200ms);
  EXPECT_EQ(look_delay(9), 500ms);
  EXPECT_EQ(look_delay(1'000'000), 500ms);
}

TEST(Circuit, OpensAtOnceForABrokenConnectionAndAtTheThirdSilence) {
  const SteadyTime now = SteadyTime{} + 1h;
  Circuit broken;
  EXPECT_TRUE(broken.was_unreachable(now));
  EXPECT_FALSE(broken.was_unreachable(now)) << "only once";

  Circuit silent;
  EXPECT_FALSE(silent.was_silent(now));
  EXPECT_FALSE(silent.was_silent(now));
  EXPECT_FALSE(silent.answered()) << "was never open";
  EXPECT_FALSE(silent.was_silent(now)) << "silences must follow each other";
  EXPECT_FALSE(silent.was_silent(now));
  EXPECT_TRUE(silent.was_silent(now));
  EXPECT_EQ(silent.trial_at(), now + Circuit::trial_interval);
  silent.trial_failed(now + 5s);
  EXPECT_EQ(silent.trial_at(), now + 5s + Circuit::trial_interval);
  EXPECT_TRUE(silent.answered());
  EXPECT_FALSE(silent.is_open());
}

class Reports : public ::testing::Test {
 protected:
  static storage::LiveInstance live(std::uint8_t number, std::int64_t feed_seq) {
    return {manager(number), "127.0.0.1:53", feed_seq, true};
  }

  FakeClock clock_;
  VersionReports reports_{clock_};
  const storage::ZoneChange wanted_ = change(10, ZoneAction::update, "a.");
};

TEST_F(Reports, NobodyAliveIsNotEverybody) {
  EXPECT_FALSE(reports_.all_have(wanted_));
  reports_.set_live({});
  EXPECT_FALSE(reports_.all_have(wanted_));
}

TEST_F(Reports, EveryLiveInstanceMustHaveTheVersion) {
  reports_.set_live({live(1, 5), live(2, 5)});
  EXPECT_FALSE(reports_.all_have(wanted_));
  reports_.report({{manager(1), wanted_.zone, dns::Version(10)}});
  EXPECT_FALSE(reports_.all_have(wanted_));
  reports_.report({{manager(2), wanted_.zone, dns::Version(9)}});
  EXPECT_FALSE(reports_.all_have(wanted_)) << "an older version";
  reports_.report({{manager(2), wanted_.zone, dns::Version(11)}});
  EXPECT_TRUE(reports_.all_have(wanted_));
  reports_.report({{manager(2), wanted_.zone, dns::Version(8)}});
  EXPECT_TRUE(reports_.all_have(wanted_)) << "hints may come out of order";
  reports_.set_live({live(1, 5), live(2, 5), live(3, 5)});
  EXPECT_FALSE(reports_.all_have(wanted_)) << "one that has just started";
}

TEST_F(Reports, AHeartbeatTellsWhatHintsDidNot) {
  reports_.set_live({live(1, 9), live(2, 10)});
  EXPECT_FALSE(reports_.all_have(wanted_));
  reports_.set_live({live(1, 10), live(2, 12)});
  EXPECT_TRUE(reports_.all_have(wanted_));
}

TEST_F(Reports, TheFeedIsAppliedOnceEveryLiveInstanceHasIt) {
  EXPECT_FALSE(reports_.all_applied(5)) << "nobody lives";
  reports_.set_live({live(1, 5), live(2, 4)});
  EXPECT_TRUE(reports_.all_applied(4));
  EXPECT_FALSE(reports_.all_applied(5));
  reports_.set_live({live(1, 6), live(2, 5)});
  EXPECT_TRUE(reports_.all_applied(5));
  clock_.advance(VersionReports::list_age_max + 1ms);
  EXPECT_FALSE(reports_.all_applied(5)) << "an old list";
}

TEST_F(Reports, AnOldListOfInstancesSaysNothing) {
  reports_.set_live({live(1, 10)});
  clock_.advance(VersionReports::list_age_max + 1ms);
  EXPECT_FALSE(reports_.all_have(wanted_));
}

}  // namespace
}  // namespace minidns::pool
