// A nameserver is away for a while: nothing waits for it, and on its return it gets just what it missed.

#include "tests/e2e/nameserver_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

namespace minidns::e2e {
namespace {

constexpr int zones = 120;

std::string zone_name(int number) {
  return "z" + std::to_string(number) + ".example.org.";
}

class NameserverMaintenance : public testing::Test {
 protected:
  void SetUp() override {
    harness::PlatformOptions options;
    // What is a stranger's stays, whatever happens: zones of ours are told from it by what the database knows.
    options.unknown_zones = "warn";
    options.pool_manager_config = "confirm_within: 1s\nsweep_interval: 5s\n";
    platform_ = std::make_unique<Platform>(options);
    rest_ = std::make_unique<RestClient>(platform_->rest("tenant"));
    admin_ = std::make_unique<RestClient>(platform_->rest("operator", "admin"));
    for (int i = 0; i < zones; ++i) ids_.push_back(create_zone(*rest_, zone_name(i)));
    ASSERT_TRUE(all_active());
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs() << platform_->bind().log() << platform_->powerdns().log();
  }

  bool all_active() {
    return eventually(
        [&] {
          const auto pending = Platform::created(rest_->get("/v2/zones?limit=max&status=PENDING"));
          const auto error = Platform::created(rest_->get("/v2/zones?limit=max&status=ERROR"));
          return pending.at("zones").as_array().empty() && error.at("zones").as_array().empty();
        },
        std::chrono::minutes(2));
  }

  void add_address(const std::string& id, const std::string& zone) {
    create_recordset(*rest_, id, recordset_body("www." + zone, "A", {"192.0.2.1"}));
  }

  /// What happens meanwhile; returns the zones that the nameserver lacks, or has older.
  std::set<std::string> change_zones() {
    std::set<std::string> changed;
    for (int i = 1; i <= 5; ++i) {
      add_address(ids_.at(static_cast<std::size_t>(i)), zone_name(i));
      changed.insert(zone_name(i));
    }
    for (int i = 10; i <= 12; ++i) {
      EXPECT_EQ(rest_->del("/v2/zones/" + ids_.at(static_cast<std::size_t>(i))).status, 202);
    }
    for (int i = 20; i <= 22; ++i) {
      EXPECT_EQ(rest_->del("/v2/zones/" + ids_.at(static_cast<std::size_t>(i))).status, 202);
      add_address(create_zone(*rest_, zone_name(i)), zone_name(i));
      changed.insert(zone_name(i));
    }
    for (int i = 1; i <= 3; ++i) {
      const auto name = "made" + std::to_string(i) + ".example.org.";
      create_zone(*rest_, name);
      changed.insert(name);
    }
    return changed;
  }

  std::string sql(const std::string& text) { return platform_->postgres().sql("minidns", text); }

  /// As after weeks: the rows of deleted zones go, and the feed's older part.
  void purge_what_is_old() {
    EXPECT_TRUE(eventually(
        [&] {
          sql("select remove_deleted_zone('0', 100000)");
          return sql("select count(*) from zones where deleted_at is not null") == "0";
        },
        std::chrono::minutes(1)))
        << "rows of deleted zones wait for the nameserver that is away";
    sql("select prune_history(0, 1000000, 1, '0', 1000000)");
    EXPECT_EQ(sql("select count(*) from tombstones"), "6") << "without them nobody would know whose the zones were";
  }

  template <class Server>
  void leaves_and_comes_back(Server& server, const std::string& name, bool is_away_for_long) {
    // It has a task of before.
    server.stop();
    add_address(ids_[0], zone_name(0));
    ASSERT_TRUE(
        eventually([&] { return sql("select count(*) from tasks where zone_name = 'z0.example.org.'") == "1"; }));
    EXPECT_EQ(set_state(*admin_, name, "maintenance").at("state"), "maintenance");
    EXPECT_TRUE(zone_has_status(*rest_, ids_[0], "ACTIVE")) << "it isn't waited for any more";
    auto changed = change_zones();
    changed.insert(zone_name(0));
    EXPECT_TRUE(all_active());
    if (is_away_for_long) purge_what_is_old();

    const auto log_begin = server.log().size();
    const auto begin = std::chrono::steady_clock::now();
    server.start();
    const auto returning = set_state(*admin_, name, "in_service");
    EXPECT_EQ(returning.at("state"), "bootstrapping");
    EXPECT_EQ(returning.at("enters_service"), true);
    ASSERT_TRUE(has_state(*admin_, name, "in_service"));
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    std::cout << "[ measured ] " << name << " was back in service after " << time.count() << " s\n";

    // At once: it would not count otherwise.
    auto wanted = wanted_zones(*rest_);
    wanted.emplace("stray.example.net.", 0);
    const auto found = zones_of(server);
    EXPECT_EQ(found, wanted) << differences(wanted, found);
    EXPECT_EQ(dig(server, "www." + zone_name(20), "A").size(), 1U) << "the content of the zone's second life";
    EXPECT_EQ(transferred(server, log_begin), changed) << "nothing else is fetched";
    EXPECT_TRUE(all_active());
    EXPECT_EQ(sql("select count(*) from tasks"), "0");
  }

  void add_stray_to_bind() {
    // At an address where nobody answers.
    ASSERT_EQ(platform_->bind()
                  .rndc({"addzone", "stray.example.net",
                         "{ type secondary; primaries { 127.0.0.3 port 1; }; file \"stray\"; };"})
                  .status,
              0);
  }
  void add_stray_to_powerdns() {
    ASSERT_EQ(platform_->powerdns().pdnsutil({"create-secondary-zone", "stray.example.net", "127.0.0.3:1"}).status, 0);
  }

  std::unique_ptr<Platform> platform_;
  std::unique_ptr<RestClient> rest_, admin_;
  std::vector<std::string> ids_;
};

TEST_F(NameserverMaintenance, APowerdnsGetsWhatItMissed) {
  add_stray_to_powerdns();
  leaves_and_comes_back(platform_->powerdns(), "powerdns", false);
}

TEST_F(NameserverMaintenance, APowerdnsGetsWhatItMissedWhenTheFeedHasForgottenIt) {
  add_stray_to_powerdns();
  leaves_and_comes_back(platform_->powerdns(), "powerdns", true);
}

TEST_F(NameserverMaintenance, ABindGetsWhatItMissed) {
  add_stray_to_bind();
  leaves_and_comes_back(platform_->bind(), "bind", false);
}

TEST_F(NameserverMaintenance, ABindGetsWhatItMissedWhenTheFeedHasForgottenIt) {
  add_stray_to_bind();
  leaves_and_comes_back(platform_->bind(), "bind", true);
}

TEST_F(NameserverMaintenance, ZonesThatDidNotChangeGetThePrimariesOfNow) {
  const auto& bind = platform_->bind();
  const auto has_old_primary = [&](int zone) {
    return bind.rndc({"showzone", zone_name(zone)}).out.find("127.0.0.2") != std::string::npos;
  };
  // What its zones have is known once they were compared.
  ASSERT_TRUE(eventually([&] {
    return sql("select g.content_upstream is not null from nameserver_progress g join nameservers n"
               " on n.id = g.nameserver_id where n.name = 'bind'") == "t";
  }));
  ASSERT_TRUE(has_old_primary(0));
  set_state(*admin_, "bind", "maintenance");
  ASSERT_TRUE(eventually([&] {
    return sql("select g.holder is null from nameserver_progress g join nameservers n on n.id = g.nameserver_id"
               " where n.name = 'bind'") == "t";
  })) << "who worked for it remembers";
  const json::object primary{{"address", "127.0.0.1"}, {"port", platform_->mdns_port()}};
  Platform::created(
      admin_->patch("/v2/pools/" + platform_->pool_id(), json::object{{"primaries", json::array{primary}}}));
  set_state(*admin_, "bind", "in_service");
  ASSERT_TRUE(has_state(*admin_, "bind", "in_service"));
  for (int i = 0; i < zones; ++i) EXPECT_FALSE(has_old_primary(i)) << zone_name(i);
}

}  // namespace
}  // namespace minidns::e2e
