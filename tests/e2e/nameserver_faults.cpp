// Nameservers that are killed in the middle of the work, and such that come back empty.

#include "tests/e2e/nameserver_faults.hpp"

namespace minidns::e2e {
namespace {

constexpr int zones_many = 30;

/// A BIND, a PowerDNS, a Knot and an NSD.
class KilledNameservers : public NameserverFaults {
 protected:
  static void SetUpTestSuite() {
    start(short_times());
    add_knot_and_nsd();
  }
  static std::string zone_name(const std::string& label, int number) {
    return label + std::to_string(number) + ".killed.example.";
  }
  template <class Action>
  static void on_all(Action action) {
    action(platform().bind());
    action(platform().powerdns());
    action(knot());
    action(nsd());
  }
  static void expect_all_right() {
    on_all([](auto& server) { EXPECT_TRUE(equals_database(server)); });
    for (const char* name : {"bind", "powerdns", "knot", "nsd"}) EXPECT_TRUE(has_no_tasks(name)) << name;
    EXPECT_TRUE(eventually(
        [] {
          const auto active = Platform::created(rest().get("/v2/zones?limit=max&status=ACTIVE"));
          return active.at("zones").as_array().size() == wanted().size();
        },
        long_wait));
  }
};

TEST_F(KilledNameservers, InTheMiddleOfABurstAreRightAfterARestart) {
  std::vector<std::string> kept, dropped, again;
  for (int n = 0; n < zones_many; ++n) {
    kept.push_back(make(zone_name("kept", n)));
    dropped.push_back(make(zone_name("dropped", n)));
  }
  expect_all_right();

  for (int n = 0; n < zones_many; ++n) {
    const auto at = static_cast<std::size_t>(n);
    make(zone_name("made", n));
    add(kept[at], "www." + zone_name("kept", n));
    remove(dropped[at]);
    if (n % 3 == 0) make(zone_name("dropped", n));  // the name comes back
    if (n == zones_many / 3) on_all([](auto& server) { server.kill(); });
    if (n == 2 * zones_many / 3) on_all([](auto& server) { server.start(); });
    if (n == zones_many - 2) on_all([](auto& server) { server.kill(); });
  }
  on_all([](auto& server) { server.start(); });
  expect_all_right();
  on_all([](auto& server) {
    for (int n = 0; n < zones_many; ++n) {
      EXPECT_EQ(dig(server, "www." + zone_name("kept", n), "A").size(), 1U) << zone_name("kept", n);
    }
  });
}

TEST_F(KilledNameservers, ThatComeBackEmptyAreFilledByThemselves) {
  const auto before = make("before.killed.example.");
  add(before, "www.before.killed.example.");
  expect_all_right();
  on_all([](auto& server) {
    server.kill();
    server.forget_zones();
  });
  const auto meanwhile = make("meanwhile.killed.example.");
  on_all([](auto& server) { server.start(); });
  expect_all_right();
  EXPECT_TRUE(has_status(meanwhile, "ACTIVE"));
  on_all([](auto& server) { EXPECT_EQ(dig(server, "www.before.killed.example.", "A").size(), 1U); });
}

/// Then no circuit opens, and all that the worker knows of the nameserver is of yesterday: that it has our key.
TEST_F(KilledNameservers, ThatWereMadeAnewBeforeAnybodyNoticedAreFilledToo) {
  expect_all_right();
  const auto pid = platform().pool_manager().pid();
  ::kill(pid, SIGSTOP);  // it sees nothing of it
  on_all([](auto& server) {
    server.kill();
    server.forget_zones();
    server.start();
  });
  ::kill(pid, SIGCONT);
  expect_all_right();
}

}  // namespace
}  // namespace minidns::e2e
