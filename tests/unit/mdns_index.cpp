#include "mdns/zone_index.hpp"
#include "tests/unit/mdns_support.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace minidns::mdns::test {
namespace {

TEST(ZoneIndex, TakesNewerVersionsAndIgnoresOlderOnes) {
  ZoneIndex index;
  EXPECT_TRUE(index.publish(head(1, "example.org.", 3, 30)));
  EXPECT_FALSE(index.publish(head(1, "example.org.", 3, 30)));
  EXPECT_FALSE(index.publish(head(1, "example.org.", 2, 20)));
  EXPECT_TRUE(index.publish(head(1, "example.org.", 4, 40)));
  EXPECT_EQ(index.find(name("EXAMPLE.org."))->serial, dns::Serial(40));
  EXPECT_EQ(index.find(ZoneId(uuid(1)))->version, dns::Version(4));
  EXPECT_EQ(index.size(), 1U);
}

TEST(ZoneIndex, TakesAnotherPoolAtTheSameVersion) {
  ZoneIndex index;
  (void)index.publish(head(1, "example.org.", 3, 30, 1));
  EXPECT_TRUE(index.publish(head(1, "example.org.", 3, 30, 2)));
  EXPECT_EQ(index.find(name("example.org."))->pool, PoolId(uuid(2)));
}

TEST(ZoneIndex, LetsTheNewerIncarnationOfANameWinInAnyOrder) {
  ZoneIndex index;
  (void)index.publish(head(1, "example.org.", 9, 30));
  EXPECT_TRUE(index.publish(head(2, "example.org.", 1, 31)));
  EXPECT_FALSE(index.publish(head(1, "example.org.", 10, 30))) << "the older one, heard of late";
  EXPECT_EQ(index.find(name("example.org."))->id, ZoneId(uuid(2)));
  EXPECT_FALSE(index.find(ZoneId(uuid(1))));
  EXPECT_FALSE(index.remove(ZoneId(uuid(1)))) << "its deletion must not take the new one away";
  EXPECT_EQ(index.size(), 1U);
}

TEST(ZoneIndex, FindsTheClosestZoneThatMayBeSeen) {
  ZoneIndex index;
  (void)index.publish(head(1, "example.", 1, 1, 1));
  (void)index.publish(head(2, "sub.example.", 1, 1, 2));
  const auto any = [](const ZoneEntry&) { return true; };
  const auto first_pool = [](const ZoneEntry& zone) { return zone.pool == PoolId(uuid(1)); };
  EXPECT_EQ(index.find_enclosing(name("a.b.sub.example."), any)->id, ZoneId(uuid(2)));
  EXPECT_EQ(index.find_enclosing(name("a.b.sub.example."), first_pool)->id, ZoneId(uuid(1)));
  EXPECT_FALSE(index.find_enclosing(name("org."), any));
}

TEST(ZoneIndex, FindsTheRootZone) {
  ZoneIndex index;
  (void)index.publish(head(1, ".", 1, 1));
  EXPECT_TRUE(index.find_enclosing(name("a.b."), [](const ZoneEntry&) { return true; }));
}

TEST(ZoneIndex, SharesEqualSoas) {
  ZoneIndex index;
  const auto a = index.publish(head(1, "a.example.", 1, 1));
  const auto b = index.publish(head(2, "b.example.", 1, 9));
  EXPECT_EQ(a->soa, b->soa);
  EXPECT_EQ(dns::serial_of(b->soa_rdata()), dns::Serial(9));
}

TEST(SoaInterner, ForgetsWhatNobodyHolds) {
  SoaInterner interner;
  for (std::uint32_t n = 0; n < 10'000; ++n) {
    const auto soa = dns::with_serial(head(1, "a.", 1, 1).soa, dns::Serial(n));
    (void)interner.intern({dns::Ttl::from_wire(1), soa});
  }
  EXPECT_LT(interner.size(), 2'000U);
}

TEST(ZoneIndex, IsReadWhileItIsWritten) {
  ZoneIndex index;
  constexpr std::int64_t versions = 2'000;
  std::thread writer([&] {
    for (std::int64_t v = 1; v <= versions; ++v) {
      (void)index.publish(head(1, "example.org.", v, static_cast<std::uint32_t>(v)));
      (void)index.publish(head(2, "b" + std::to_string(v % 50) + ".example.", v, static_cast<std::uint32_t>(v)));
    }
  });
  dns::Version seen(0);
  while (seen < dns::Version(versions)) {
    if (const auto zone = index.find(name("example.org."))) {
      EXPECT_GE(zone->version, seen);
      seen = zone->version;
    }
  }
  writer.join();
}

}  // namespace
}  // namespace minidns::mdns::test
