#include "central/sync_rules.hpp"

#include <gtest/gtest.h>

namespace minidns::central {
namespace {

using api::SyncStatus;
using storage::ContentFaultKind;

/// In service, worked for, reachable, compared, and the zone is as it should be.
storage::ZoneOnNameserver good() {
  return {.nameserver = *NameserverId::parse("00000000-0000-7000-8000-000000000001"),
          .name = "ns1",
          .condition = {.state = "in_service",
                        .counts = true,
                        .holder = InstanceId::parse("00000000-0000-7000-8000-000000000002"),
                        .lease_is_valid = true,
                        .lease_until = WallTime(),
                        .is_reachable = true,
                        .last_error = std::nullopt,
                        .compared_at = WallTime(),
                        .visible_through = 10},
          .is_visible = true,
          .exceptions = {}};
}

storage::TaskRecord task(std::optional<std::string> reason) {
  return {.action = storage::ZoneAction::update,
          .wanted = {dns::Version(2), dns::Serial(2)},
          .attempts = 1,
          .is_error = false,
          .reason = std::move(reason),
          .noticed_at = WallTime(),
          .next_try_at = WallTime()};
}

storage::ContentFaultRecord fault(ContentFaultKind kind, const std::string& detail) {
  return {.kind = kind, .serial = dns::Serial(1), .detail = detail, .found_at = WallTime(), .seen_at = WallTime()};
}

TEST(SyncVerdict, IsOkWithoutAReason) {
  const auto verdict = verdict_of(good());
  EXPECT_EQ(verdict.status, SyncStatus::ok);
  EXPECT_FALSE(verdict.reason);
}

TEST(SyncVerdict, OfALagIsWhatTheNameserverShowedLast) {
  auto zone = good();
  zone.is_visible = false;
  EXPECT_EQ(verdict_of(zone).status, SyncStatus::lagging);
  EXPECT_EQ(verdict_of(zone).reason, "the nameserver was not seen with the last change yet");
  zone.exceptions.task = task("it shows serial 1");
  EXPECT_EQ(verdict_of(zone).reason, "it shows serial 1");
  zone.exceptions.task = task(std::nullopt);
  EXPECT_EQ(verdict_of(zone).reason, "the nameserver has not confirmed it yet");
  zone.exceptions.task.reset();
  zone.condition.visible_through.reset();
  EXPECT_EQ(verdict_of(zone).reason, "the nameserver's zones were never compared with what they should be");
}

TEST(SyncVerdict, IsTheWorst) {
  auto zone = good();
  zone.is_visible = false;
  zone.exceptions.faults = {fault(ContentFaultKind::expiring, "soon")};
  EXPECT_EQ(verdict_of(zone).status, SyncStatus::expiring);
  zone.exceptions.faults.push_back(fault(ContentFaultKind::diverged, "another A"));
  EXPECT_EQ(verdict_of(zone).status, SyncStatus::diverged);
  EXPECT_EQ(verdict_of(zone).reason, "another A");
  zone.condition.is_reachable = false;
  zone.condition.last_error = "10.0.0.1: secret words";
  EXPECT_EQ(verdict_of(zone).status, SyncStatus::unreachable);
  EXPECT_EQ(verdict_of(zone).reason, "the nameserver can't be reached") << "members of projects see it";
  zone.condition.lease_is_valid = false;
  EXPECT_EQ(verdict_of(zone).status, SyncStatus::not_worked_for);
}

TEST(SyncVerdict, SaysWhyNobodyWorksForANameserver) {
  auto zone = good();
  zone.condition.lease_is_valid = false;
  EXPECT_EQ(verdict_of(zone).reason, "no pool manager works for the nameserver");
  zone.condition.state = "maintenance";
  EXPECT_EQ(verdict_of(zone).reason, "the nameserver is in maintenance");
  zone.condition.state = "retired";
  EXPECT_EQ(verdict_of(zone).reason, "the nameserver is retired");
}

TEST(SyncVerdict, OfANameserverIsThatOfItsWorstZone) {
  storage::NameserverMatrix nameserver{.nameserver = good().nameserver,
                                       .name = "ns1",
                                       .pool = *PoolId::parse("00000000-0000-7000-8000-0000000000aa"),
                                       .condition = good().condition,
                                       .feed_seq = 10,
                                       .tasks = {.pending = 0, .error = 0},
                                       .diverged = 0,
                                       .expiring = 0,
                                       .zones = 5};
  EXPECT_EQ(status_of(nameserver), SyncStatus::ok);
  nameserver.feed_seq = 11;
  EXPECT_EQ(status_of(nameserver), SyncStatus::lagging);
  nameserver.feed_seq = 10;
  nameserver.tasks.error = 1;
  EXPECT_EQ(status_of(nameserver), SyncStatus::lagging);
  nameserver.expiring = 1;
  EXPECT_EQ(status_of(nameserver), SyncStatus::expiring);
  nameserver.diverged = 1;
  EXPECT_EQ(status_of(nameserver), SyncStatus::diverged);
  nameserver.condition.is_reachable = false;
  EXPECT_EQ(status_of(nameserver), SyncStatus::unreachable);
  nameserver.condition.lease_is_valid = false;
  EXPECT_EQ(status_of(nameserver), SyncStatus::not_worked_for);
}

}  // namespace
}  // namespace minidns::central
