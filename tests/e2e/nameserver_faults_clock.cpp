// Clocks that jump: the pool manager's and an mdns's, an hour ahead and back, by libfaketime.

#include "tests/e2e/nameserver_faults.hpp"
#include "tests/harness/temp_dir.hpp"

#include <filesystem>

namespace minidns::e2e {
namespace {

constexpr const char* faketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

class ClockJumps : public NameserverFaults {
 protected:
  static void SetUpTestSuite() { start(short_times()); }

  /// The wall clock that `program` sees from its next start on follows the file.
  static void give_clock(harness::Program& program, const std::string& file) {
    harness::write_file(file, "+0\n");
    program.set_environment({std::string("LD_PRELOAD=") + faketime, "FAKETIME_TIMESTAMP_FILE=" + file,
                             "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"});
    program.stop();
    program.start();
  }
  /// Written beside and renamed: nobody reads half of it.
  static void set_clock(const std::string& file, const std::string& offset) {
    harness::write_file(file + ".new", offset + "\n");
    std::filesystem::rename(file + ".new", file);
  }
  static void expect_all_right() {
    EXPECT_TRUE(equals_database(platform().bind()));
    EXPECT_TRUE(equals_database(platform().powerdns()));
    EXPECT_TRUE(has_no_tasks("bind"));
    EXPECT_TRUE(has_no_tasks("powerdns"));
  }
};

TEST_F(ClockJumps, OfAManagerLoseNoLeaseAndAreNamedByBind) {
  if (!std::filesystem::exists(faketime)) GTEST_SKIP() << "libfaketime isn't installed";
  const harness::TempDir folder("clock");
  give_clock(platform().pool_manager(), folder / "offset");
  int round = 0;
  for (const std::string offset : {"+3600", "-3600"}) {
    const auto fence = sql("select sum(fence) from nameserver_progress");
    set_clock(folder / "offset", offset);
    platform().bind().stop();  // a new connection must be made: named looks at the time of each command
    platform().bind().start();
    const auto zone = "jump" + std::to_string(++round) + ".clock.example.";
    const auto id = make(zone);
    EXPECT_TRUE(serves_now(platform().powerdns(), zone, id)) << "whose API knows no time";
    EXPECT_TRUE(has_status(id, "ERROR"));
    EXPECT_TRUE(has_reason("bind", zone, "clock?"));
    EXPECT_EQ(sql("select sum(fence) from nameserver_progress"), fence) << "leases go by the database's clock";
    set_clock(folder / "offset", "+0");
    EXPECT_TRUE(has_status(id, "ACTIVE"));
    expect_all_right();
  }
}

TEST_F(ClockJumps, OfAnMdnsAreErrorsOfItsTransfersOnly) {
  if (!std::filesystem::exists(faketime)) GTEST_SKIP() << "libfaketime isn't installed";
  const harness::TempDir folder("clock");
  for (int which = 1; which <= 2; ++which) {
    give_clock(platform().mdns(which), folder / ("offset-" + std::to_string(which)));
  }
  const std::string zone = "transfers.clock.example.";
  const auto id = make(zone);
  EXPECT_TRUE(has_status(id, "ACTIVE"));
  set_clock(folder / "offset-1", "+3600");
  add(id, "one." + zone);
  EXPECT_TRUE(has_status(id, "ACTIVE")) << "the other mdns is asked";
  set_clock(folder / "offset-2", "-3600");
  const auto made = make("nobody.clock.example.");
  EXPECT_TRUE(has_status(made, "ERROR"));
  for (const char* name : {"bind", "powerdns"}) {
    EXPECT_TRUE(has_reason(name, "nobody.clock.example.", "the nameserver")) << name;
    std::cout << "[ reason   ] " << name << ": " << reason(name, "nobody.clock.example.") << '\n';
  }
  set_clock(folder / "offset-1", "+0");
  set_clock(folder / "offset-2", "+0");
  EXPECT_TRUE(has_status(made, "ACTIVE"));
  expect_all_right();
}

}  // namespace
}  // namespace minidns::e2e
