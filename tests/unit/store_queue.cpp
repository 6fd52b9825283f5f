#include "mdns/store/write_queue.hpp"
#include "tests/unit/store_support.hpp"

#include <gtest/gtest.h>

namespace minidns::mdns::test {
namespace {

using store::WriteQueue;

void put(WriteQueue& queue, const ChangingZone& zone) {
  queue.put(zone.key(), store_pool(), zone.cached(), nullptr);
}

TEST(WriteQueue, KeepsAZoneOnceInItsFirstPlaceWithItsNewestContent) {
  WriteQueue queue;
  ChangingZone first(1, 5);
  put(queue, first);
  const std::uint64_t between = queue.next_ticket();
  put(queue, ChangingZone(2, 5));
  const auto before = first.snapshot();
  first.change();
  queue.put(first.key(), store_pool(), first.cached(), before);
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_LT(queue.first_ticket(), between);
  const auto batch = queue.take(1);
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch[0].id, zone_id(1));
  const auto& content = batch[0].contents.at(default_view);
  EXPECT_EQ(content.content.snapshot->version(), dns::Version(2));
  EXPECT_EQ(content.before, nullptr) << "the first version, which the second was made from, was never written";
  EXPECT_GE(queue.first_ticket(), between);
}

TEST(WriteQueue, RemovesBeforeItPuts) {
  WriteQueue queue;
  const ChangingZone zone(1, 5);
  put(queue, zone);
  queue.remove(zone_id(1));
  auto batch = queue.take(10);
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_TRUE(batch[0].removed && batch[0].contents.empty());
  queue.remove(zone_id(1));
  put(queue, zone);
  batch = queue.take(10);
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_TRUE(batch[0].removed && batch[0].contents.size() == 1);
}

TEST(WriteQueue, RemembersWhatDoesNotFitByName) {
  WriteQueue queue;
  const ChangingZone zone(1, 1);
  for (std::uint32_t i = 0; i < WriteQueue::zones_max; ++i) {
    queue.put({zone_id(i)}, store_pool(), zone.cached(), nullptr);
  }
  EXPECT_TRUE(queue.missed().empty());
  queue.put({zone_id(WriteQueue::zones_max)}, store_pool(), zone.cached(), nullptr);
  queue.remove(zone_id(WriteQueue::zones_max + 1));
  EXPECT_EQ(queue.missed().size(), 1U);
  EXPECT_EQ(queue.take_missed_removals(), std::vector{zone_id(WriteQueue::zones_max + 1)});
  EXPECT_TRUE(queue.take_missed_removals().empty());
}

TEST(WriteQueue, WhatWasGivenUpIsMissedUntilANewerTryIsStored) {
  WriteQueue queue;
  const ChangingZone zone(1, 5);
  put(queue, zone);
  const auto first = queue.take(10);
  queue.give_up(first);
  ASSERT_EQ(queue.missed().size(), 1U);
  queue.stored(first);
  EXPECT_EQ(queue.missed().size(), 1U) << "an older batch doesn't have it";
  put(queue, zone);
  queue.stored(queue.take(10));
  EXPECT_TRUE(queue.missed().empty());
}

TEST(WriteQueue, GivesUpWhatWaitsToo) {
  WriteQueue queue;
  for (std::uint32_t i = 0; i < 5; ++i) {
    put(queue, ChangingZone(i, 2));
  }
  queue.remove(zone_id(9));
  queue.give_up({});
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.missed().size(), 5U);
  EXPECT_EQ(queue.take_missed_removals().size(), 1U);
}

}  // namespace
}  // namespace minidns::mdns::test
