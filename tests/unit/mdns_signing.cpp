// Signed zones in the loader: what it serves is what full signing of the same version makes, by whichever way it came
// there; and what can't be signed isn't served.
#include "tests/unit/mdns_signed_zones.hpp"

namespace minidns::mdns::test {
namespace {

TEST_F(SignedZones, AStepIsSignedAsTheWholeZoneIs) {
  const auto key = make_key(1);
  Instance instance(*this);
  put(1, signing(begin, {key}), {"a", "c"});
  EXPECT_EQ(expect_as_whole(instance, 1), 16U) << "SOA, NS, DNSKEY, two A, three NSEC, and a signature of each";
  put(2, signing(begin, {key}), {"a", "b", "c"});
  expect_as_whole(instance, 2);
  put(3, signing(begin, {key}), {"b"});
  expect_as_whole(instance, 3);
  EXPECT_EQ(instance.cache.find(instance.key)->steps.size(), 2U) << "they are there for IXFR";
}

TEST_F(SignedZones, ARefreshAndANewKeyAreStepsToo) {
  const auto first = make_key(1);
  const auto second = make_key(2, begin + 30 * day);
  Instance instance(*this);
  put(1, signing(begin, {first}), {"a", "c"});
  expect_as_whole(instance, 1);
  put(2, signing(begin + 8 * day, {first}), {"a", "c"});
  expect_as_whole(instance, 2);
  put(3, signing(begin + 16 * day, {first, second}, 2), {"a", "c"});
  expect_as_whole(instance, 3);
  put(4, signing(begin + 40 * day, {first, second}, 2), {"a", "b"});
  expect_as_whole(instance, 4);
  EXPECT_EQ(instance.cache.find(instance.key)->steps.size(), 3U);
}

TEST_F(SignedZones, BetweenUnsignedAndSignedThereIsNoDifference) {
  const auto key = make_key(1);
  Instance instance(*this);
  put(1, std::nullopt, {"a"});
  expect_as_whole(instance, 1);
  put(2, signing(begin, {key}), {"a"});
  expect_as_whole(instance, 2);
  EXPECT_TRUE(instance.cache.find(instance.key)->steps.empty());
  EXPECT_FALSE(instance.loader.find_difference(instance.key, dns::Serial(1),
                                               instance.cache.find(instance.key)->snapshot, 1'000'000));
  put(3, std::nullopt, {"a"});
  EXPECT_EQ(expect_as_whole(instance, 3), 3U);
  EXPECT_TRUE(instance.cache.find(instance.key)->steps.empty());
}

TEST_F(SignedZones, WhatCannotBeSignedIsNotServedAndWhatWasServedStays) {
  const auto key = make_key(1);
  auto other = make_key(2);
  Instance instance(*this);
  put(1, signing(begin, {key}), {"a"});
  expect_as_whole(instance, 1);
  other.private_sealed = key.private_sealed;  // of another row
  put(2, signing(begin, {other}, 2), {"a", "b"});
  EXPECT_EQ(instance.load(2).outcome, Loaded::Outcome::corrupt);
  EXPECT_EQ(instance.cache.find(instance.key)->snapshot->version(), dns::Version(1));
  Instance fresh(*this);
  EXPECT_EQ(fresh.load(2).outcome, Loaded::Outcome::corrupt);
  EXPECT_FALSE(fresh.cache.find(fresh.key)) << "and never unsigned";
  put(3, signing(begin, {key}), {"b"});
  expect_as_whole(instance, 3);
}

}  // namespace
}  // namespace minidns::mdns::test
