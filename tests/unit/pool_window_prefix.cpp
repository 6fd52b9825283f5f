#include "tests/unit/pool_window_bench.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace minidns::pool::window_test {
namespace {

TEST(Window, ThePrefixNeverPassesWorkThatIsNeitherDoneNorKept) {
  std::uint64_t state = 1;
  const auto random = [&state](std::uint64_t below) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (state >> 33) % below;
  };
  for (int round = 0; round < 50; ++round) {
    Bench bench(random(2) == 0 ? bind : powerdns);
    bench.all_have = true;
    std::map<std::int64_t, dns::Name> open;
    std::map<dns::Name, std::optional<std::uint32_t>> wanted;
    std::int64_t seq = 0;
    for (int step = 0; step < 400; ++step) {
      const auto zone = "z" + std::to_string(random(6)) + ".";
      if (random(3) == 0 && step < 300) {
        ++seq;
        const bool exists = wanted.contains(name(zone)) && wanted[name(zone)].has_value();
        const auto action = !exists ? ZoneAction::create : random(3) == 0 ? ZoneAction::remove : ZoneAction::update;
        bench.read({change(seq, action, zone, static_cast<std::uint8_t>(exists ? 1 : 1 + seq % 200))});
        wanted[name(zone)] =
            action == ZoneAction::remove ? std::nullopt : std::optional(static_cast<std::uint32_t>(seq));
        open.emplace(seq, name(zone));
      }
      (void)bench.command(random(8) == 0 ? std::optional(DriverErrc::rejected) : std::nullopt);
      for (const auto& ticket : bench.window.take_looks(bench.now, 2)) {
        const auto& want = wanted[ticket.name];
        const Sight sight = random(3) == 0 ? silent : want ? serial(*want) : absent;
        (void)bench.window.see(
            ticket, sight, [](const auto&) { return true; }, bench.now);
      }
      bench.now += std::chrono::milliseconds(random(400));
      bench.window.record_late(bench.now);
      const auto update = bench.save();
      for (const auto& done : update.confirmed) {
        std::erase_if(open, [&](const auto& entry) { return entry.second == done.name && entry.first <= done.seq; });
      }
      for (const auto& kept : update.exceptions) {
        std::erase_if(
            open, [&](const auto& entry) { return entry.second == kept.task.name && entry.first <= kept.task.seq; });
      }
      ASSERT_LE(*update.visible_through, seq);
      for (const auto& [number, zone_name] : open) {
        // Older changes of a zone that shows a newer serial are done without a word.
        if (*update.visible_through >= number) {
          ASSERT_TRUE(bench.window.contains(zone_name)) << number;
        }
      }
    }
    bench.now += 1h;
    for (int i = 0; i < 20; ++i) {
      (void)bench.command();
      bench.look(silent);
      bench.now += 10s;
    }
    bench.window.record_all("end");
    EXPECT_EQ(bench.save().visible_through, seq);
  }
}

}  // namespace
}  // namespace minidns::pool::window_test
