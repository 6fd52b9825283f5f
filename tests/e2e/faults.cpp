// What happens on bad days: a dead mdns, a secondary that is away, a lost database, a lost manager.

#include "tests/e2e/served.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <memory>

namespace minidns::e2e {
namespace {

class Faults : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    PlatformOptions options;
    // Short, so that the tests see retries and sweeps soon.
    options.pool_manager_config = "confirm_within: 1s\nsweep_interval: 5s\n";
    platform_ = std::make_unique<Platform>(options);
  }
  static void TearDownTestSuite() { platform_.reset(); }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs();
  }
  using PlatformOptions = harness::PlatformOptions;
  static Platform& platform() { return *platform_; }

  static bool on_both(const std::string& zone, std::uint32_t serial,
                      std::chrono::milliseconds limit = std::chrono::seconds(60)) {
    return serves(platform().bind(), zone, serial, limit) && serves(platform().powerdns(), zone, serial, limit);
  }

  static std::unique_ptr<Platform> platform_;
};

std::unique_ptr<Platform> Faults::platform_;

TEST_F(Faults, ChangesStillArriveWhenOneMdnsWasKilled) {
  auto rest = platform().rest("tenant");
  const std::string zone = "one-mdns.example.org.";
  const auto id = create_zone(rest, zone);
  ASSERT_TRUE(on_both(zone, serial_of(rest, id)));
  for (int which = 1; which <= 2; ++which) {
    platform().mdns(which).kill();
    create_recordset(rest, id, recordset_body("killed-" + std::to_string(which) + "." + zone, "A", {"192.0.2.1"}));
    EXPECT_TRUE(on_both(zone, serial_of(rest, id))) << "without mdns " << which;
    platform().mdns(which).start();
  }
}

TEST_F(Faults, ASecondaryThatWasAwayCatchesUpByItself) {
  auto rest = platform().rest("tenant");
  const auto kept = create_zone(rest, "kept.example.org.");
  const auto dropped = create_zone(rest, "dropped.example.org.");
  auto again = create_zone(rest, "again.example.org.");
  ASSERT_TRUE(on_both("kept.example.org.", serial_of(rest, kept)));
  ASSERT_TRUE(on_both("dropped.example.org.", serial_of(rest, dropped)));
  ASSERT_TRUE(on_both("again.example.org.", serial_of(rest, again)));

  platform().bind().stop();
  platform().powerdns().stop();
  create_recordset(rest, kept, recordset_body("www.kept.example.org.", "A", {"192.0.2.5"}));
  const auto made = create_zone(rest, "made.example.org.");
  ASSERT_EQ(rest.del("/v2/zones/" + dropped).status, 202);
  ASSERT_EQ(rest.del("/v2/zones/" + again).status, 202);
  again = create_zone(rest, "again.example.org.");
  create_recordset(rest, again, recordset_body("www.again.example.org.", "A", {"192.0.2.6"}));
  EXPECT_EQ(rest.get("/v2/zones/" + made).text("status"), "PENDING");

  platform().bind().start();
  platform().powerdns().start();
  EXPECT_TRUE(on_both("kept.example.org.", serial_of(rest, kept)));
  EXPECT_TRUE(on_both("made.example.org.", serial_of(rest, made)));
  EXPECT_TRUE(on_both("again.example.org.", serial_of(rest, again)));
  EXPECT_EQ(dig(platform().bind(), "www.again.example.org.", "A").size(), 1U);
  EXPECT_EQ(dig(platform().powerdns(), "www.again.example.org.", "A").size(), 1U);
  EXPECT_TRUE(is_gone(platform().bind(), "dropped.example.org."));
  EXPECT_TRUE(is_gone(platform().powerdns(), "dropped.example.org."));
  EXPECT_TRUE(zone_has_status(rest, kept, "ACTIVE"));
  EXPECT_TRUE(zone_has_status(rest, made, "ACTIVE"));
}

TEST_F(Faults, AZoneThatSomebodyMadeOnASecondaryIsRemoved) {
  const auto& bind = platform().bind();
  const auto& key = platform().transfer_key().name;
  const auto clause = "{ type secondary; primaries { 127.0.0.1 port " + std::to_string(platform().mdns_port()) +
                      " key \"" + key + "\"; }; file \"stray\"; };";
  ASSERT_EQ(bind.rndc({"addzone", "stray.example.org", clause}).status, 0);
  ASSERT_EQ(platform()
                .powerdns()
                .pdnsutil({"create-secondary-zone", "stray.example.org",
                           "127.0.0.1:" + std::to_string(platform().mdns_port())})
                .status,
            0);
  EXPECT_TRUE(eventually([&] { return bind.rndc({"showzone", "stray.example.org"}).status != 0; }));
  EXPECT_TRUE(eventually([&] {
    return platform().powerdns().pdnsutil({"list-all-zones"}).out.find("stray.example.org") == std::string::npos;
  }));
}

TEST_F(Faults, ALostDatabaseIsSaidAndRecoveredFrom) {
  auto rest = platform().rest("tenant");
  const std::string zone = "database.example.org.";
  const auto id = create_zone(rest, zone);
  const auto serial = serial_of(rest, id);
  ASSERT_TRUE(on_both(zone, serial));

  platform().postgres().kill();
  EXPECT_TRUE(eventually([&] { return rest.get("/v2/zones/" + id).status == 503; }));
  EXPECT_TRUE(eventually([&] { return platform().mdns(1).readiness().find("database=down") != std::string::npos; }));
  const auto& key = platform().transfer_key();
  const auto transfer =
      harness::run({"dig", "@127.0.0.1", "-p", std::to_string(platform().mdns_port()), "-y",
                    key.algorithm + ":" + key.name + ":" + key.secret, "+noall", "+answer", zone, "AXFR"});
  EXPECT_NE(transfer.out.find("SOA"), std::string::npos) << "mdns serves what it has: " << transfer.out;

  platform().postgres().start();
  EXPECT_TRUE(eventually([&] { return rest.get("/v2/zones/" + id).status == 200; }));
  create_recordset(rest, id, recordset_body("www." + zone, "A", {"192.0.2.1"}));
  EXPECT_TRUE(on_both(zone, serial_of(rest, id)));
  EXPECT_TRUE(platform().central().running() && platform().pool_manager().running());
}

TEST_F(Faults, AnotherManagerTakesOverFromAKilledOne) {
  auto rest = platform().rest("tenant");
  const auto second = platform().another_pool_manager();
  second->start();
  platform().pool_manager().kill();
  const std::string zone = "taken-over.example.org.";
  const auto id = create_zone(rest, zone);
  EXPECT_TRUE(on_both(zone, serial_of(rest, id)));
  EXPECT_TRUE(zone_has_status(rest, id, "ACTIVE"));
  platform().pool_manager().start();
}

TEST_F(Faults, ProgramsStartWithoutADatabaseAndWaitForIt) {
  platform().postgres().stop();
  for (auto* program : {&platform().central(), &platform().mdns(1), &platform().mdns(2), &platform().pool_manager()}) {
    program->stop();
    program->launch();
    EXPECT_TRUE(eventually([&] { return program->readiness().find("database=down") != std::string::npos; }))
        << program->log();
  }
  platform().postgres().start();
  for (auto* program : {&platform().central(), &platform().mdns(1), &platform().mdns(2), &platform().pool_manager()}) {
    EXPECT_TRUE(eventually([&] { return program->ready(); })) << program->readiness() << program->log();
  }
}

}  // namespace
}  // namespace minidns::e2e
