// A standby that lacks acknowledged commits takes over (asynchronous replication): what was lost stays lost, but no
// serial ever has two contents, and all secondaries come to what the database has without a person.

#include "tests/e2e/database_faults.hpp"

namespace minidns::e2e {
namespace {

class Failover : public DatabaseFaults {};

TEST_F(Failover, ToAStandbyThatLacksCommitsIsHealedByItself) {
  auto wanted = options();
  wanted.standby = true;
  start(wanted);
  const auto idle = make_zone("idle.example.org.");        // its last commits are lost, and nobody changes it again
  const auto changed = make_zone("changed.example.org.");  // likewise, and then it is changed
  const auto deleted = make_zone("deleted.example.org.");  // its deletion is lost
  const auto sound = make_zone("sound.example.org.");
  for (const auto& [name, id] :
       {std::pair("idle", idle), {"changed", changed}, {"deleted", deleted}, {"sound", sound}}) {
    ASSERT_TRUE(on_both(std::string(name) + ".example.org.", serial(id)));
  }
  platform().standby().catch_up(platform().postgres());
  watch(
      {"idle.example.org.", "changed.example.org.", "deleted.example.org.", "sound.example.org.", "made.example.org."});

  platform().standby().cut_replication();
  for (const char* name : {"a", "b", "c"}) {
    add(idle, std::string(name) + ".idle.example.org.");
    add(changed, std::string(name) + ".changed.example.org.");
  }
  const auto made = make_zone("made.example.org.");
  ASSERT_EQ(rest().del("/v2/zones/" + deleted).status, 202);
  const auto lost_idle = serial(idle);
  ASSERT_TRUE(on_both("idle.example.org.", lost_idle));
  ASSERT_TRUE(on_both("changed.example.org.", serial(changed)));
  ASSERT_TRUE(on_both("made.example.org.", serial(made)));
  ASSERT_TRUE(is_gone(platform().bind(), "deleted.example.org."));
  ASSERT_TRUE(resolves("a.idle.example.org."));

  platform().postgres().kill();
  platform().standby().promote();

  ASSERT_TRUE(eventually_adds(changed, "new.changed.example.org."));
  EXPECT_TRUE(on_both("changed.example.org.", changed));
  EXPECT_TRUE(resolves("new.changed.example.org."));
  EXPECT_TRUE(resolves_nowhere("a.changed.example.org."));
  EXPECT_TRUE(eventually([&] { return serial(idle) - lost_idle < 0x7fffffffU && serial(idle) != lost_idle; },
                         std::chrono::seconds(60)))
      << "a recovery version, though nobody changed the zone";
  EXPECT_TRUE(on_both("idle.example.org.", idle));
  EXPECT_TRUE(resolves_nowhere("a.idle.example.org."));
  EXPECT_TRUE(on_both("deleted.example.org.", deleted)) << "nobody deleted it";
  EXPECT_TRUE(on_both("sound.example.org.", sound));
  EXPECT_TRUE(zone_has_status(rest(), idle, "ACTIVE"));

  // The zone that the database lost is kept, and said.
  EXPECT_TRUE(eventually([&] { return platform().central().metric("minidns_central_lost_zones") == 1; }));
  EXPECT_NE(platform().central_command({"zone", "lost"}).find("made.example.org."), std::string::npos);
  EXPECT_FALSE(is_gone(platform().bind(), "made.example.org.", std::chrono::seconds(1)));
  EXPECT_GE(platform().mdns(1).metric("minidns_mdns_zones_lost"), 1);

  // The old primary comes back, first in everybody's connection string; all sessions are new.
  platform().postgres().start();
  platform().standby().sql("minidns",
                           "select pg_terminate_backend(pid) from pg_stat_activity where application_name like '%mdns%'"
                           " or application_name like 'minidns%'");
  ASSERT_TRUE(eventually_adds(changed, "late.changed.example.org."));
  EXPECT_TRUE(on_both("changed.example.org.", changed));
  EXPECT_TRUE(resolves("late.changed.example.org."));
  EXPECT_EQ(platform().postgres().sql("minidns", "select max(epoch) from epochs"), "1") << "nobody wrote there";

  platform().central_command({"zone", "forget", "made.example.org."});
  EXPECT_TRUE(is_gone(platform().bind(), "made.example.org.", std::chrono::seconds(60)));
  EXPECT_TRUE(is_gone(platform().powerdns(), "made.example.org.", std::chrono::seconds(60)));
  EXPECT_TRUE(eventually([&] { return platform().central().metric("minidns_central_lost_zones") == 0; }));
  EXPECT_TRUE(all_run());
}

}  // namespace
}  // namespace minidns::e2e
