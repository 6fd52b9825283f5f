// Nameservers whose disk is full.

#include "tests/e2e/nameserver_faults.hpp"
#include "tests/harness/small_disk.hpp"

namespace minidns::e2e {
namespace {

using harness::SmallDisk;

class FullDisks : public NameserverFaults {
 protected:
  static void SetUpTestSuite() {
    permitted_ = SmallDisk::is_permitted();
    if (!permitted_) return;
    start(short_times());
    add_knot_and_nsd();
  }
  static std::string zone_name(const std::string& label, int number) {
    return label + std::to_string(number) + ".disk.example.";
  }

  /// Zones are made while the server's disk is full, the old ones changed; then there is room again.
  template <class Server>
  static void fill_and_make_room(const std::string& name, Server& server, std::size_t disk_octets, bool must_fail) {
    const auto old = make("old-" + name + ".disk.example.");
    EXPECT_TRUE(equals_database(server));
    server.stop();
    auto disk = SmallDisk::over(server.folder(), disk_octets);
    server.start();
    EXPECT_TRUE(is_reachable(name, true)) << server.log();
    EXPECT_TRUE(equals_database(server));

    disk->fill();
    std::vector<std::string> made;
    for (int n = 0; n < 5; ++n) made.push_back(make(zone_name(name, n)));
    add(old, "www.old-" + name + ".disk.example.");
    if (must_fail) {
      EXPECT_TRUE(has_status(made.back(), "ERROR"));
      std::cout << "[ reason   ] " << name << ": " << reason(name, zone_name(name, 4)) << '\n';
      EXPECT_FALSE(reason(name, zone_name(name, 4)).empty());
    }
    disk->make_room();
    if (!server.process()
             .running()) {  // PowerDNS ends itself when its database is full; its supervisor begins it again
      std::cout << "[ ended    ] " << name << " ended itself on the full disk\n";
      server.start();
    }
    EXPECT_TRUE(equals_database(server)) << reason(name, zone_name(name, 4)) << server.log();
    EXPECT_TRUE(has_no_tasks(name));
    for (const auto& id : made) EXPECT_TRUE(has_status(id, "ACTIVE"));
    EXPECT_EQ(dig(server, "www.old-" + name + ".disk.example.", "A").size(), 1U);
    // And over a restart: what was answered was kept.
    server.stop();
    server.start();
    EXPECT_TRUE(equals_database(server));
    server.stop();
    disk.reset();
    server.start();  // with what it had before
    EXPECT_TRUE(equals_database(server));
  }
  void SetUp() override {
    if (!permitted_) GTEST_SKIP() << "mounting isn't permitted here";
  }

 private:
  static inline bool permitted_ = false;
};

TEST_F(FullDisks, OfPowerdnsAreAnErrorUntilThereIsRoom) {
  fill_and_make_room("powerdns", platform().powerdns(), 2 << 20, true);
}

TEST_F(FullDisks, OfBindLoseNothing) {
  fill_and_make_room("bind", platform().bind(), 8 << 20, false);
}

TEST_F(FullDisks, OfKnotHealWhenThereIsRoom) {
  fill_and_make_room("knot", knot(), 64 << 20, false);
}

TEST_F(FullDisks, OfNsdHealWhenThereIsRoom) {
  fill_and_make_room("nsd", nsd(), 8 << 20, false);
}

}  // namespace
}  // namespace minidns::e2e
