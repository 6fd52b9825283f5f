#include "central/zone_rules.hpp"

#include <gtest/gtest.h>

namespace minidns::central {
namespace {

dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

const PoolId pool = PoolId::parse("01a1fc57-4a17-78ef-ac2e-9f1d9f57e862").value();

storage::ZonePlace place() {
  return {.pool = storage::ZonePlace::Pool{pool, {{name("ns1.test."), 1}}},
          .name_is_taken = false,
          .parent_is_foreign = false,
          .child_is_foreign = false,
          .floor = {},
          .dnssec_policy = {},
          .current_epoch = 1,
          .now = {}};
}

storage::LockedZone locked() {
  return {.id = ZoneId(pool.uuid()),
          .name = name("example.org."),
          .project = ProjectId("p"),
          .pool = pool,
          .fields = {.kind = storage::ZoneKind::primary,
                     .email = "a@example.org",
                     .description = "old",
                     .ttl = dns::Ttl::from_seconds(3600).value(),
                     .attributes = {{"tier", "gold"}},
                     .masters = {}},
          .head = {dns::Version(1), dns::Serial(1)},
          .head_epoch = 1,
          .current_epoch = 1,
          .now = {},
          .deleted = false,
          .pool_has_bind = false};
}

TEST(ZoneRules, NameNeedsTwoLabels) {
  EXPECT_FALSE(check_zone_name(name("org.")));
  EXPECT_TRUE(check_zone_name(name("example.org.")));
}

TEST(ZoneRules, PlaceDecidesWhoMayMakeAZone) {
  EXPECT_TRUE(check_zone_place(place()));
  auto taken = place();
  taken.name_is_taken = true;
  EXPECT_EQ(check_zone_place(taken).error().type, api::ProblemType::duplicate_zone);
  auto below = place();
  below.parent_is_foreign = true;
  EXPECT_EQ(check_zone_place(below).error().type, api::ProblemType::illegal_child);
  auto above = place();
  above.child_is_foreign = true;
  EXPECT_EQ(check_zone_place(above).error().type, api::ProblemType::illegal_parent);
  auto without_pool = place();
  without_pool.pool.reset();
  EXPECT_EQ(check_zone_place(without_pool).error().type, api::ProblemType::pool_not_found);
}

TEST(ZoneRules, AttributeChoosesThePool) {
  EXPECT_EQ(requested_pool({}).value(), std::nullopt);
  EXPECT_EQ(requested_pool({{"pool_id", pool.to_string()}}).value(), pool);
  const auto bad = requested_pool({{"pool_id", "mine"}});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().errors.at(0).path, (std::vector<std::string>{"attributes", "pool_id"}));
}

TEST(ZoneRules, WhatCannotChangeMayBeGivenAsItIs) {
  api::ZoneChange same;
  same.name = name("EXAMPLE.org.");
  same.type = api::ZoneType::primary;
  same.attributes = api::ZoneAttributes{{"tier", "gold"}};
  EXPECT_TRUE(check_immutable(locked(), same));
  api::ZoneChange other;
  other.name = name("example.com.");
  other.type = api::ZoneType::secondary;
  other.attributes = api::ZoneAttributes{};
  const auto refused = check_immutable(locked(), other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().errors.size(), 3U);
}

TEST(ZoneRules, OnlyWhatIsGivenChanges) {
  const auto present = locked().fields;
  const auto same = changed_fields(present, {});
  EXPECT_EQ(same.email, present.email);
  EXPECT_EQ(same.description, present.description);
  api::ZoneChange change;
  change.description = api::Change<std::string>::clear();
  change.ttl = dns::Ttl::from_seconds(60).value();
  const auto changed = changed_fields(present, change);
  EXPECT_EQ(changed.description, std::nullopt);
  EXPECT_EQ(changed.ttl.seconds(), 60U);
  EXPECT_EQ(changed.email, present.email);
}

}  // namespace
}  // namespace minidns::central
