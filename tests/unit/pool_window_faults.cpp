// Nameservers that lie, and a manager that may not command any more.

#include "tests/unit/pool_window_bench.hpp"

#include <gtest/gtest.h>

#include <string>

namespace minidns::pool::window_test {
namespace {

TEST(Window, ANameserverThatClaimsToHaveAddedAZoneIsNotBelievedForEver) {
  // It says yes to the addition, and then that there is no such zone: BIND when it is told to refresh, PowerDNS when a
  // transfer is forced. Each round would begin its time anew.
  for (const auto& [abilities, what] : {std::pair(bind, "bind"), {powerdns, "powerdns"}}) {
    Bench bench(abilities);
    bench.all_have = true;
    bench.read({change(1, ZoneAction::create, "a.")});
    int additions = 0;
    for (int step = 0; step < 300 && bench.window.size() > 0; ++step) {
      const auto commands = bench.window.take_commands(1000);
      for (const auto& ticket : commands.tickets) {
        const bool is_addition = commands.step == Step::add;
        additions += is_addition ? 1 : 0;
        bench.window.commanded(
            ticket, commands.step,
            is_addition ? std::nullopt : std::optional(DriverError{DriverErrc::no_such_zone, "words"}), bench.now);
      }
      bench.look(absent);
      bench.now += 100ms;
    }
    EXPECT_EQ(bench.window.size(), 0U) << what << " is an exception within 30 s";
    EXPECT_EQ(additions, 2) << what;
    const auto update = bench.save();
    ASSERT_EQ(update.exceptions.size(), 1U) << what;
    EXPECT_EQ(update.exceptions[0].task.attempts, 1) << what;
    EXPECT_NE(update.exceptions[0].task.reason.find("does not serve the zone"), std::string::npos) << what;
  }
}

TEST(Window, ACommandThatWasWithheldIsStillToBeGiven) {
  Bench bench(bind);
  bench.read({change(1, ZoneAction::remove, "a.")});
  EXPECT_EQ(bench.command(DriverErrc::withheld), Step::remove);
  EXPECT_TRUE(bench.window.has_commands());
  EXPECT_TRUE(bench.save().exceptions.empty()) << "it cost nothing";
  EXPECT_EQ(bench.command(), Step::remove);
}

}  // namespace
}  // namespace minidns::pool::window_test
