#include "pool-manager/sync/progress.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace minidns::pool::sync {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime start{};

TEST(ProgressRate, IsUnknownBeforeAnythingHappened) {
  ProgressRate rate;
  rate.note(start, 0, 100);
  EXPECT_EQ(rate.per_second(), 0);
  EXPECT_EQ(rate.time_left(), std::nullopt);
  EXPECT_EQ(rate.percent(), 0);
}

TEST(ProgressRate, TellsTheTimeLeftAtTheRateOfTheWindow) {
  ProgressRate rate;
  for (int second = 0; second <= 10; ++second) {
    rate.note(start + std::chrono::seconds(second), static_cast<std::size_t>(100 * second), 3000);
  }
  EXPECT_DOUBLE_EQ(rate.per_second(), 100);
  EXPECT_EQ(rate.time_left(), 20s);
  EXPECT_EQ(rate.percent(), 33);
}

TEST(ProgressRate, ForgetsWhatIsOlderThanTheWindow) {
  ProgressRate rate;
  rate.note(start, 0, 100'000);
  rate.note(start + 1s, 50'000, 100'000);  // quick at first, then slow
  for (int second = 2; second <= 40; ++second) {
    rate.note(start + std::chrono::seconds(second), 50'000 + static_cast<std::size_t>(second), 100'000);
  }
  EXPECT_NEAR(rate.per_second(), 1, 0.1);
}

TEST(ProgressRate, GoesBackWithoutANegativeRate) {
  ProgressRate rate;
  rate.note(start, 50, 100);
  rate.note(start + 1s, 40, 100);
  EXPECT_EQ(rate.per_second(), 0);
  EXPECT_EQ(rate.time_left(), std::nullopt);
}

TEST(ProgressRate, IsWholeOnlyWhenAllIsDone) {
  ProgressRate rate;
  rate.note(start, 999'999, 1'000'000);
  EXPECT_EQ(rate.percent(), 99);
  rate.note(start + 1s, 1'000'000, 1'000'000);
  EXPECT_EQ(rate.percent(), 100);
  EXPECT_EQ(rate.time_left(), 0s);
  ProgressRate nothing;
  nothing.note(start, 0, 0);
  EXPECT_EQ(nothing.percent(), 100) << "there is nothing to do";
}

TEST(ProgressText, HasClockTimes) {
  EXPECT_EQ(clock_text(0s), "0:00");
  EXPECT_EQ(clock_text(65s), "1:05");
  EXPECT_EQ(clock_text(3723s), "1:02:03");
  EXPECT_EQ(clock_text(-5s), "0:00");
}

TEST(ProgressText, FitsTheTerminal) {
  ProgressRate rate;
  rate.note(start, 0, 200);
  rate.note(start + 10s, 100, 200);
  EXPECT_EQ(progress_bar("transfers", rate, 200),
            "transfers  [############............] 50%  100/200  10/s  0:10 left");
  EXPECT_EQ(progress_bar("transfers", rate, 20).size(), 20U);
  EXPECT_EQ(progress_line("transfers", rate), "transfers: 100/200 (50%), 10/s, 0:10 left");
}

TEST(ProgressDisplay, WritesALineEveryFewSecondsIntoALog) {
  std::ostringstream out;
  ProgressDisplay display(out, ProgressDisplay::Kind::plain, 80);
  for (int tenth = 0; tenth <= 120; ++tenth) {
    display.show(start + std::chrono::milliseconds(100 * tenth), "transfers", static_cast<std::size_t>(tenth), 200);
  }
  EXPECT_EQ(out.str(), "transfers: 50/200 (25%), 10/s, 0:15 left\ntransfers: 100/200 (50%), 10/s, 0:10 left\n");
}

TEST(ProgressDisplay, DrawsOverTheBarAndKeepsWhatIsSaid) {
  std::ostringstream out;
  {
    ProgressDisplay display(out, ProgressDisplay::Kind::terminal, 80);
    display.show(start, "transfers", 0, 2);
    display.say("nothing arrives");
    display.show(start + 1s, "transfers", 2, 2);
  }
  EXPECT_NE(out.str().find("\x1b[Knothing arrives\n"), std::string::npos) << out.str();
  EXPECT_TRUE(out.str().ends_with("\r\x1b[K")) << "the prompt begins on an empty line";
}

}  // namespace
}  // namespace minidns::pool::sync
