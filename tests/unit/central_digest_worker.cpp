#include "central/digest_worker.hpp"

#include <gtest/gtest.h>

namespace minidns::central {
namespace {

TEST(DigestBreaker, TripsAboveTenZonesOrAtOnePercent) {
  EXPECT_FALSE(trips_breaker(10, 1'000'000));
  EXPECT_TRUE(trips_breaker(11, 1'000'000));
  EXPECT_FALSE(trips_breaker(3, 301));
  EXPECT_TRUE(trips_breaker(3, 300));
  EXPECT_FALSE(trips_breaker(2, 2)) << "two zones are no pattern";
}

TEST(DigestBreaker, TakesTheNumbersOfReleasesForNumbers) {
  EXPECT_EQ(newer_build("1.9.0", "1.10.0"), "1.10.0");
  EXPECT_EQ(newer_build("2.0", "1.99.99"), "2.0");
  EXPECT_EQ(newer_build("1.2", "1.2.0"), "1.2.0");
  EXPECT_EQ(newer_build("1.2.0-rc1", "1.2.0-rc2"), "1.2.0-rc2");
  EXPECT_EQ(newer_build("unknown", "0.1.0"), "0.1.0");
}

}  // namespace
}  // namespace minidns::central
