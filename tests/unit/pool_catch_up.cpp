#include "pool-manager/catch_up.hpp"
#include "pool-manager/unsaved.hpp"

#include <gtest/gtest.h>

namespace minidns::pool {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime begin{1h};

TEST(CatchUp, HasNothingToReachBeforeTheZonesWereCompared) {
  CatchUp catch_up;
  EXPECT_FALSE(catch_up.through());
  EXPECT_FALSE(catch_up.is_near(begin));
  catch_up.compared(7, begin);
  EXPECT_EQ(catch_up.through(), 7);
  EXPECT_TRUE(catch_up.is_near(begin));
}

TEST(CatchUp, LaterComparisonsLeaveTheTargetWhereItIs) {
  CatchUp catch_up;
  catch_up.compared(7, begin);
  catch_up.compared(9, begin + 5s);
  EXPECT_EQ(catch_up.through(), 7) << "on a busy platform it would never be reached";
}

TEST(CatchUp, ALongRoundIsFollowedByAnother) {
  CatchUp catch_up;
  catch_up.compared(100, begin);
  const auto reached = begin + 2h;
  EXPECT_FALSE(catch_up.is_near(reached)) << "two hours of changes are left";
  catch_up.go_on(5000, reached);
  EXPECT_EQ(catch_up.through(), 5000);
  EXPECT_TRUE(catch_up.is_near(reached + CatchUp::short_round));
  EXPECT_FALSE(catch_up.is_near(reached + CatchUp::short_round + 1ms));
}

TEST(CatchUp, RoundsEndHoweverLongTheyTake) {
  CatchUp catch_up;
  auto now = begin;
  catch_up.compared(1, now);
  int rounds = 1;
  while (!catch_up.is_near(now += 1h)) {
    ASSERT_LE(++rounds, CatchUp::rounds_max);
    catch_up.go_on(rounds, now);
  }
  EXPECT_EQ(rounds, CatchUp::rounds_max);
}

TEST(CatchUp, OneThatIsHeldBackKeepsUp) {
  CatchUp catch_up;
  catch_up.compared(1, begin);
  for (int round = 0; round < 100; ++round) {
    catch_up.go_on(2 + round, begin + round * 1s);
  }
  EXPECT_EQ(catch_up.through(), 101);
  EXPECT_TRUE(catch_up.is_near(begin + 100s));
}

TEST(CatchUp, TheTargetNeverGoesBack) {
  CatchUp catch_up;
  catch_up.compared(9, begin);
  catch_up.go_on(5, begin);
  EXPECT_EQ(catch_up.through(), 9);
}

TEST(Unsaved, KeepsTheTargetUntilItWasSaved) {
  Unsaved unsaved;
  unsaved.set_catch_up(5);
  EXPECT_FALSE(unsaved.empty());
  auto update = unsaved.take();
  EXPECT_EQ(update.catch_up_through, 5);
  EXPECT_TRUE(unsaved.empty());
  unsaved.restore(update);
  EXPECT_EQ(unsaved.take().catch_up_through, 5) << "the save failed";
  unsaved.set_catch_up(8);
  unsaved.restore(update);
  EXPECT_EQ(unsaved.take().catch_up_through, 8) << "what came since is newer";
}

}  // namespace
}  // namespace minidns::pool
