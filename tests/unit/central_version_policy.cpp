#include "central/version_policy.hpp"

#include <gtest/gtest.h>

namespace minidns::central {
namespace {

WallTime at(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(seconds));
}

storage::VersionStamp stamp(std::int64_t version, std::uint32_t serial) {
  return {dns::Version(version), dns::Serial(serial)};
}

struct Row {
  const char* reason;
  std::uint32_t serial;
  bool is_new_epoch;
  std::int64_t now;
  std::uint32_t next;
};

TEST(VersionPolicy, NextSerialIsTheTimeOrTheNextNumber) {
  const Row rows[] = {
      {"time has gone on", 1'795'000'000, false, 1'795'000'060, 1'795'000'060},
      {"a second commit within the second", 1'795'000'060, false, 1'795'000'060, 1'795'000'061},
      {"the clock went back", 1'795'000'060, false, 1'795'000'000, 1'795'000'061},
      {"a date-like serial is ahead of time", 2'026'112'101, false, 1'795'000'000, 2'026'112'102},
      {"the last number before the wrap: 0 is skipped (edge case 13)", 4'294'967'295, false, 3'000'000'000, 1},
      {"high serials are followed by time across the wrap", 4'294'967'295, false, 1'795'000'000, 1'795'000'000},
      {"time is 2^31 ahead: incomparable, so not used", 1, false, 2'147'483'649, 2},
      {"time is 2^31 - 1 ahead: the largest step that is newer", 2, false, 2'147'483'649, 2'147'483'649},
      {"a new epoch skips 2^20", 1'795'000'000, true, 1'795'000'001, 1'796'048'576},
      {"a new epoch, but time is later still", 1'795'000'000, true, 1'797'000'000, 1'797'000'000},
      {"a new epoch across the wrap", 4'294'967'295, true, 3'000'000'000, 1'048'575},
      {"the skip itself lands on 0, which is skipped", 0U - epoch_skip, true, 3'000'000'000, 1},
  };
  for (const auto& row : rows) {
    const auto next = next_stamp(stamp(7, row.serial), row.is_new_epoch, at(row.now));
    EXPECT_EQ(next.serial.value(), row.next) << row.reason;
    EXPECT_TRUE(next.serial.is_newer_than(dns::Serial(row.serial))) << row.reason;
    EXPECT_EQ(next.version.value(), row.is_new_epoch ? 7 + epoch_skip : 8) << row.reason;
  }
}

TEST(VersionPolicy, HundredCommitsInOneSecondAreEachNewerThanAllBefore) {
  auto head = stamp(1, 1'795'000'000);
  const auto first = head;
  for (int i = 0; i < 100; ++i) {
    const auto next = next_stamp(head, false, at(1'795'000'000));
    EXPECT_TRUE(next.serial.is_newer_than(head.serial));
    EXPECT_TRUE(next.serial.is_newer_than(first.serial));
    head = next;
  }
}

TEST(VersionPolicy, FirstSerialOfANameIsTheTime) {
  EXPECT_EQ(first_stamp(std::nullopt, false, at(1'795'000'000)).serial.value(), 1'795'000'000U);
  EXPECT_EQ(first_stamp(std::nullopt, false, at(std::int64_t{1} << 32)).serial.value(), 1U) << "0 is skipped";
  EXPECT_EQ(first_stamp(std::nullopt, false, at(0)).version.value(), 1);
}

TEST(VersionPolicy, FirstSerialAfterADeletionIsAboveTheFloor) {
  EXPECT_EQ(first_stamp(dns::Serial(1'795'000'500), false, at(1'795'000'000)).serial.value(), 1'795'000'501U);
  EXPECT_EQ(first_stamp(dns::Serial(1'795'000'500), true, at(1'795'000'000)).serial.value(),
            1'795'000'500U + epoch_skip);
}

}  // namespace
}  // namespace minidns::central
