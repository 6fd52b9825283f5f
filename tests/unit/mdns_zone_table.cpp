#include "mdns/zone_table.hpp"
#include "tests/unit/mdns_support.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace minidns::mdns::test {
namespace {

/// Few different hashes, so that zones meet.
struct ByVersion {
  std::size_t operator()(std::int64_t version) const { return static_cast<std::size_t>(version % 37); }
  std::size_t operator()(const ZonePointer& zone) const { return (*this)(zone->version.value()); }
  bool operator()(const ZonePointer& a, const ZonePointer& b) const { return a->version == b->version; }
  bool operator()(std::int64_t a, const ZonePointer& b) const { return a == b->version.value(); }
};

ZonePointer zone(std::int64_t version) {
  static const auto soa =
      std::make_shared<const SoaTemplate>(SoaTemplate{head(1, "a.", 1, 1).soa_ttl, head(1, "a.", 1, 1).soa});
  return std::make_shared<const ZoneEntry>(
      ZoneEntry{ZoneId(uuid(1)), name("a."), PoolId(uuid(1)), dns::Version(version), dns::Serial(1), soa});
}

TEST(ZoneTable, HoldsWhatASetWouldWhateverComesAndGoes) {
  ZoneTable<ByVersion> table;
  std::map<std::int64_t, ZonePointer> expected;
  std::mt19937_64 dice(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto version = static_cast<std::int64_t>(dice() % 300);
    if (dice() % 2 == 0) {
      const ZonePointer fresh = zone(version);
      table.put(fresh);
      expected[version] = fresh;
    } else {
      table.erase(zone(version));
      expected.erase(version);
    }
    const auto asked = static_cast<std::int64_t>(dice() % 300);
    const auto found = expected.find(asked);
    ASSERT_EQ(table.find(asked), found == expected.end() ? nullptr : found->second);
  }
  std::set<std::int64_t> seen;
  EXPECT_TRUE(table.for_each([&](const ZonePointer& one) { return seen.insert(one->version.value()).second; }));
  EXPECT_EQ(seen.size(), expected.size());
  EXPECT_FALSE(table.for_each([](const ZonePointer&) { return false; }));
}

TEST(ZoneTable, AnEmptyOneHasNothing) {
  ZoneTable<ByVersion> table;
  EXPECT_EQ(table.find(std::int64_t{1}), nullptr);
  table.erase(zone(1));
  EXPECT_TRUE(table.for_each([](const ZonePointer&) { return false; }));
}

}  // namespace
}  // namespace minidns::mdns::test
