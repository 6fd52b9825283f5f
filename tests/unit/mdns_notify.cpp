#include "mdns/notify/election.hpp"
#include "mdns/notify/target_queue.hpp"
#include "tests/unit/mdns_support.hpp"

#include <gtest/gtest.h>

namespace minidns::mdns::test {
namespace {

using namespace std::chrono_literals;

const ZoneId zone{uuid(1)};
const dns::Version v1{1}, v2{2};

/// Two instances; `first` owns `zone`.
class ElectionOfTwo : public testing::Test {
 protected:
  ElectionOfTwo() {
    if (rendezvous_weight(owner_, zone) < rendezvous_weight(other_, zone)) std::swap(owner_, other_);
    of_owner_ = std::make_unique<Election>(owner_, Election::Limits{});
    of_other_ = std::make_unique<Election>(other_, Election::Limits{});
    for (auto* election : {of_owner_.get(), of_other_.get()}) election->set_live({owner_, other_});
  }
  InstanceId owner_{uuid(1)}, other_{uuid(2)};
  std::unique_ptr<Election> of_owner_, of_other_;
  SteadyTime now_{1h};
};

TEST_F(ElectionOfTwo, TheOwnerSendsAsSoonAsBothHaveIt) {
  EXPECT_FALSE(of_owner_->have(zone, v1, now_));
  EXPECT_FALSE(of_other_->have(zone, v1, now_));
  EXPECT_TRUE(of_owner_->heard_have(other_, zone, v1, now_ + 1ms));
  EXPECT_FALSE(of_other_->heard_have(owner_, zone, v1, now_ + 1ms));
  of_other_->heard_notified(zone, v1, now_ + 2ms);
  EXPECT_EQ(of_owner_->size() + of_other_->size(), 0U);
}

TEST_F(ElectionOfTwo, NobodyIsWaitedForLongerThanTheBound) {
  EXPECT_FALSE(of_other_->have(zone, v1, now_));
  EXPECT_TRUE(of_other_->tick(now_ + 199ms).empty());
  EXPECT_EQ(of_other_->tick(now_ + 200ms).size(), 1U) << "the owner doesn't have it: ours";
}

TEST_F(ElectionOfTwo, TheOtherSendsWhenTheOwnerIsNotHeardOf) {
  EXPECT_FALSE(of_other_->have(zone, v1, now_));
  EXPECT_FALSE(of_other_->heard_have(owner_, zone, v1, now_));
  EXPECT_TRUE(of_other_->tick(now_ + 999ms).empty());
  EXPECT_EQ(of_other_->tick(now_ + 1000ms).size(), 1U);
  EXPECT_EQ(of_other_->size(), 0U);
}

TEST_F(ElectionOfTwo, WhatWasNotifiedBeforeWeHadItIsNotNotifiedAgain) {
  of_other_->heard_notified(zone, v1, now_);
  EXPECT_FALSE(of_other_->have(zone, v1, now_ + 1s));
  EXPECT_TRUE(of_other_->tick(now_ + 1min).empty());
}

TEST_F(ElectionOfTwo, AnAnnouncementThatCameBeforeOursCounts) {
  EXPECT_FALSE(of_owner_->heard_have(other_, zone, v1, now_));
  EXPECT_TRUE(of_owner_->have(zone, v1, now_ + 1ms));
}

TEST_F(ElectionOfTwo, ANewerVersionStartsAnew) {
  EXPECT_FALSE(of_owner_->have(zone, v1, now_));
  EXPECT_FALSE(of_owner_->have(zone, v2, now_ + 10ms));
  EXPECT_FALSE(of_owner_->heard_have(other_, zone, v1, now_ + 20ms)) << "of the older one";
  const auto turn = of_owner_->heard_have(other_, zone, v2, now_ + 30ms);
  ASSERT_TRUE(turn);
  EXPECT_EQ(turn->version, v2);
}

TEST_F(ElectionOfTwo, OneWhoMissesTwiceIsNotWaitedForUntilHeard) {
  for (int i = 1; i <= 2; ++i) {
    EXPECT_FALSE(of_owner_->have(zone, dns::Version(i), now_));
    EXPECT_EQ(of_owner_->tick(now_ + 200ms).size(), 1U);
  }
  EXPECT_TRUE(of_owner_->have(zone, dns::Version(3), now_)) << "at once";
  (void)of_owner_->heard_have(other_, zone, dns::Version(3), now_);
  EXPECT_FALSE(of_owner_->have(zone, dns::Version(4), now_)) << "waited for again";
}

TEST_F(ElectionOfTwo, AloneItIsAlwaysOurTurn) {
  of_other_->set_live({});
  EXPECT_TRUE(of_other_->have(zone, v1, now_));
  EXPECT_FALSE(of_other_->next_deadline());
}

TEST_F(ElectionOfTwo, WhatOthersAnnounceIsForgotten) {
  (void)of_other_->heard_have(owner_, zone, v1, now_);
  EXPECT_TRUE(of_other_->tick(now_ + 11s).empty());
  EXPECT_EQ(of_other_->size(), 0U);
}

TEST(Election, IsBoundedAndNotifiesRatherTwiceThanNotAtAll) {
  Election election(InstanceId(uuid(1)), Election::Limits{.zones_max = 1});
  election.set_live({InstanceId(uuid(2))});
  EXPECT_FALSE(election.have(ZoneId(uuid(1)), v1, SteadyTime(1h)));
  EXPECT_TRUE(election.have(ZoneId(uuid(2)), v1, SteadyTime(1h)));
}

TEST(Rendezvous, SpreadsZonesEvenly) {
  int first = 0;
  for (int n = 0; n < 200; ++n) {
    const ZoneId some(uuid(static_cast<std::uint8_t>(n)));
    first += rendezvous_weight(InstanceId(uuid(1)), some) > rendezvous_weight(InstanceId(uuid(2)), some) ? 1 : 0;
  }
  EXPECT_GT(first, 60);
  EXPECT_LT(first, 140);
}

NotifyJob job(std::uint8_t id, std::int64_t version = 1) {
  static ZoneIndex index;
  const auto zone_head = head(id, "z" + std::to_string(id) + ".example.", version, static_cast<std::uint32_t>(version));
  (void)index.publish(zone_head);
  return {index.find(zone_head.id)};
}

TEST(TargetQueue, RepeatsWithBackoffAndGivesUp) {
  TargetQueue queue(NotifyLimits{.attempts_max = 3, .retry = 1000ms});
  SteadyTime now{1h};
  EXPECT_EQ(queue.add(job(1), now), TargetQueue::Added::queued);
  EXPECT_EQ(queue.step(now).send.size(), 1U);
  EXPECT_TRUE(queue.step(now + 999ms).send.empty());
  EXPECT_EQ(queue.step(now + 1s).send.size(), 1U);
  EXPECT_EQ(*queue.next_deadline(), now + 3s);
  EXPECT_EQ(queue.step(now + 3s).send.at(0).attempt, 3);
  const auto end = queue.step(now + 7s);
  EXPECT_TRUE(end.send.empty());
  EXPECT_EQ(end.given_up.size(), 1U);
  EXPECT_EQ(queue.size(), 0U);
}

TEST(TargetQueue, SendsNoMoreThanItsWindowAtATime) {
  TargetQueue queue(NotifyLimits{.window = 2});
  const SteadyTime now{1h};
  for (std::uint8_t n = 1; n <= 5; ++n) (void)queue.add(job(n), now);
  EXPECT_EQ(queue.step(now).send.size(), 2U);
  EXPECT_TRUE(queue.step(now).send.empty());
  queue.done(ZoneId(uuid(1)), now);
  const auto next = queue.step(now).send;
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].job.zone->id, ZoneId(uuid(3))) << "in the order of coming";
}

TEST(TargetQueue, ANewerVersionTakesThePlaceOfAnOlderOne) {
  TargetQueue queue(NotifyLimits{});
  const SteadyTime now{1h};
  (void)queue.add(job(1, 1), now);
  (void)queue.step(now);
  EXPECT_EQ(queue.add(job(1, 2), now), TargetQueue::Added::replaced);
  const auto again = queue.step(now).send;
  ASSERT_EQ(again.size(), 1U) << "at once, not after the backoff";
  EXPECT_EQ(again[0].job.zone->version, v2);
  EXPECT_EQ(again[0].attempt, 1);
}

TEST(TargetQueue, IsBounded) {
  TargetQueue queue(NotifyLimits{.window = 1, .waiting_max = 2});
  const SteadyTime now{1h};
  (void)queue.add(job(1), now);
  (void)queue.add(job(2), now);
  EXPECT_EQ(queue.add(job(3), now), TargetQueue::Added::dropped);
  EXPECT_EQ(queue.add(job(2, 2), now), TargetQueue::Added::replaced);
}

}  // namespace
}  // namespace minidns::mdns::test
