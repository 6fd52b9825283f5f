#include "base/ids.hpp"
#include "base/uuid.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>

namespace minidns {
namespace {

using namespace std::chrono_literals;
using Time = std::chrono::system_clock::time_point;

TEST(Uuid, Version7CarriesTheTimeVersionAndVariant) {
  // The time of the example in RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC.
  const Uuid uuid = Uuid::version7(Time(0x017F22E279B0ms));
  const std::string text = uuid.to_string();
  EXPECT_EQ(text.substr(0, 13), "017f22e2-79b0");
  EXPECT_EQ(text[14], '7');
  EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos);
}

TEST(Uuid, Version7IsOrderedByTimeAcrossMilliseconds) {
  const Uuid early = Uuid::version7(Time(1'700'000'000'000ms));
  const Uuid late = Uuid::version7(Time(1'700'000'000'001ms));
  EXPECT_LT(early, late);
  EXPECT_LT(early.to_string(), late.to_string());
}

TEST(Uuid, Version7DoesNotRepeatWithinAMillisecond) {
  std::set<Uuid> seen;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(seen.insert(Uuid::version7(Time(1ms))).second);
  }
}

TEST(Uuid, ParsesDashedFormsOfBothCases) {
  const auto lower = Uuid::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  const auto upper = Uuid::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
  ASSERT_TRUE(lower);
  EXPECT_EQ(lower, upper);
  EXPECT_EQ(upper->to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
}

TEST(Uuid, RefusesAnyOtherForm) {
  for (const std::string text : {"", "017f22e279b07cc398c4dc0c0c07398f", "{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}",
                                 "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
                                 "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2079b0-7cc3-98c4-dc0c0c07398f",
                                 "017f22e-279b0-7cc3-98c4-dc0c0c07398f", "------------------------------------"}) {
    EXPECT_FALSE(Uuid::parse(text)) << text;
  }
}

TEST(Id, IsFoundAgainInAHashTable) {
  const ZoneId id(Uuid::version7(Time(5ms)));
  const auto again = ZoneId::parse(id.to_string());
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, id);
  EXPECT_EQ(std::hash<ZoneId>{}(*again), std::hash<ZoneId>{}(id));
}

TEST(ProjectId, HasOneToTwoHundredAndFiftyFiveCharacters) {
  EXPECT_FALSE(ProjectId::parse(""));
  EXPECT_TRUE(ProjectId::parse("p"));
  EXPECT_TRUE(ProjectId::parse(std::string(255, 'p')));
  EXPECT_FALSE(ProjectId::parse(std::string(256, 'p')));
}

}  // namespace
}  // namespace minidns
