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

struct RecoveryRow {
  const char* reason;
  std::int64_t version;
  std::uint32_t serial;
  std::vector<std::pair<std::int64_t, std::uint32_t>> seen;  ///< version 0: of a nameserver
  RecoveryDecision::Kind kind;
  std::uint32_t above = 0;  ///< the new serial must be newer than this
};

TEST(VersionPolicy, RecoveryPassesAllThatWasSeenAndNothingElse) {
  using Kind = RecoveryDecision::Kind;
  const std::uint32_t far = 100 + 3'000'000'000U;
  const std::vector<RecoveryRow> rows{
      {"the head itself", 10, 100, {{10, 100}}, Kind::none},
      {"older ones", 10, 100, {{9, 99}, {0, 100}, {0, 7}}, Kind::none},
      {"a lost version", 10, 100, {{13, 103}}, Kind::recover, 103 + epoch_skip - 4},
      {"a lost serial on a nameserver", 10, 100, {{0, 103}}, Kind::recover, 103},
      {"an older version with a newer serial", 10, 100, {{9, 101}}, Kind::recover, 101},
      {"the same version with another serial", 10, 100, {{10, 99}}, Kind::recover, 100},
      {"a newer version with an older serial", 10, 100, {{11, 99}}, Kind::recover, 100},
      {"a serial far ahead", 10, 100, {{0, 100 + 5'000'000}}, Kind::recover, 100 + 5'000'000 + epoch_skip - 1},
      {"several", 10, 100, {{12, 102}, {0, 9'000'000}, {11, 101}}, Kind::recover, 9'000'000 + epoch_skip - 1},
      {"serials all around the circle", 10, 100, {{0, 100 + 1'500'000'000}, {0, far}}, Kind::impossible},
  };
  for (const auto& row : rows) {
    storage::ReportedZone zone{ZoneId(Uuid::version7({})),
                               dns::Name::root(),
                               storage::ZoneKind::primary,
                               stamp(row.version, row.serial),
                               1,
                               false,
                               {}};
    for (const auto& [version, serial] : row.seen) {
      zone.seen.push_back({version > 0 ? std::optional(dns::Version(version)) : std::nullopt, dns::Serial(serial)});
    }
    const auto decision = decide_recovery(zone, at(50));
    ASSERT_EQ(decision.kind, row.kind) << row.reason;
    if (decision.stamp) {
      EXPECT_TRUE(decision.stamp->serial.is_newer_than(dns::Serial(row.above))) << row.reason;
      EXPECT_GE(decision.stamp->version.value(), row.version + epoch_skip) << row.reason;
    }
  }
}

TEST(VersionPolicy, RecoveryPassesAVersionFarAhead) {
  storage::ReportedZone zone{ZoneId(Uuid::version7({})),
                             dns::Name::root(),
                             storage::ZoneKind::primary,
                             stamp(10, 100),
                             1,
                             false,
                             {{dns::Version(10 + 5'000'000), dns::Serial(99)}}};
  EXPECT_EQ(decide_recovery(zone, at(50)).stamp->version.value(), 10 + 5'000'000 + epoch_skip);
}

}  // namespace
}  // namespace minidns::central
