#include "pool-manager/sync/summary.hpp"
#include "pool-manager/sync/transfers.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace minidns::pool::sync {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime start{};

dns::Name name(int number) {
  return dns::Name::from_text("z" + std::to_string(number) + ".test.").value();
}

Transfers awaited(int count, std::uint32_t serial = 5) {
  Transfers transfers;
  for (int n = 0; n < count; ++n) transfers.await({name(n), dns::Serial(serial)}, start);
  return transfers;
}

std::vector<SoaAnswer> answers(std::size_t count, const SoaAnswer& answer) {
  return std::vector<SoaAnswer>(count, answer);
}

TEST(Transfers, AreDoneAtTheWantedSerialOrANewerOne) {
  auto transfers = awaited(3);
  auto asked = transfers.take();
  ASSERT_EQ(asked.size(), 3U);
  EXPECT_EQ(transfers.settle(std::move(asked), {dns::Serial(4), dns::Serial(5), dns::Serial(6)}, start), 2U);
  ASSERT_EQ(transfers.size(), 1U);
  const auto faults = transfers.faults();
  EXPECT_EQ(faults[0].zone, name(0));
  EXPECT_EQ(faults[0].kind, ZoneFault::Kind::behind);
  EXPECT_EQ(faults[0].served, dns::Serial(4));
}

TEST(Transfers, CompareSerialsAcrossTheWrap) {
  auto transfers = awaited(1, 0xffff'fff0);
  EXPECT_EQ(transfers.settle(transfers.take(), {dns::Serial(3)}, start), 1U);
}

TEST(Transfers, AreAskedAboutInTurns) {
  auto transfers = awaited(static_cast<int>(Transfers::batch_zones) + 1);
  auto first = transfers.take();
  EXPECT_EQ(first.size(), Transfers::batch_zones);
  (void)transfers.settle(std::move(first), answers(Transfers::batch_zones, SoaFailure::refused), start);
  EXPECT_EQ(transfers.take().front().name, name(static_cast<int>(Transfers::batch_zones)));
}

TEST(Transfers, ArePacedWhileFewHaveArrived) {
  auto transfers = awaited(10);
  (void)transfers.settle(transfers.take(), answers(10, SoaFailure::servfail), start);
  EXPECT_EQ(transfers.next_at(), start + Transfers::pause);
  auto half = answers(10, SoaFailure::servfail);
  std::fill_n(half.begin(), 5, dns::Serial(5));
  EXPECT_EQ(transfers.settle(transfers.take(), half, start + 1s), 5U);
  EXPECT_EQ(transfers.next_at(), start + 1s) << "as fast as it answers";
}

TEST(Transfers, StallOnlyWhenNothingArrives) {
  auto transfers = awaited(10);
  EXPECT_FALSE(transfers.is_stalled(start + Transfers::stall - 1ms));
  auto some = answers(10, SoaFailure::servfail);
  some[0] = dns::Serial(5);
  (void)transfers.settle(transfers.take(), some, start + 2s);
  EXPECT_FALSE(transfers.is_stalled(start + Transfers::stall));
  EXPECT_TRUE(transfers.is_stalled(start + 2s + Transfers::stall));
  EXPECT_EQ(transfers.oldest(3, start + 10s).size(), 3U);
  EXPECT_FALSE(transfers.is_stalled(start + 10s)) << "something is being done about it";
}

TEST(Transfers, ForgetZonesThatNobodyWants) {
  auto transfers = awaited(3);
  transfers.forget({name(1)});
  EXPECT_EQ(transfers.size(), 2U);
}

TEST(Summary, IsRightWithUnknownZonesOnly) {
  SyncSummary summary{.zones = 2, .right = 2};
  EXPECT_TRUE(summary.is_all_right());
  summary.faults.push_back({.kind = ZoneFault::Kind::unknown, .zone = name(1)});
  EXPECT_TRUE(summary.is_all_right()) << "the pool's policy decides about them";
  summary.faults.push_back({.kind = ZoneFault::Kind::missing, .zone = name(2)});
  EXPECT_FALSE(summary.is_all_right());
  SyncSummary interrupted{.trouble = "interrupted"};
  EXPECT_FALSE(interrupted.is_all_right());
}

TEST(Summary, NamesTheFirstFaultsAndCountsTheRest) {
  SyncSummary summary{.zones = 5, .right = 2, .added = 2};
  for (int n = 0; n < 3; ++n) {
    summary.faults.push_back(
        {.kind = ZoneFault::Kind::behind, .zone = name(n), .wanted = dns::Serial(5), .served = dns::Serial(4)});
  }
  std::ostringstream out;
  write_summary(out, summary, "ns1", 2);
  EXPECT_EQ(out.str(),
            "ns1: 2 of 5 zones served at their newest version, 3 behind; 2 added, 0 removed\n"
            "  behind z0.test. wanted 5 served 4\n"
            "  behind z1.test. wanted 5 served 4\n"
            "  … and 1 more that are behind\n");
}

}  // namespace
}  // namespace minidns::pool::sync
