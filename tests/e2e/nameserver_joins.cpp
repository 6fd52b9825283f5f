// A new nameserver joins a pool that has zones, and doesn't count before it has them all.

#include "tests/e2e/nameserver_list.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <memory>

namespace minidns::e2e {
namespace {

constexpr int zones = 300;

class NameserverJoins : public testing::Test {
 protected:
  void SetUp() override {
    harness::PlatformOptions options;
    options.pool_manager_config = "confirm_within: 1s\nsweep_interval: 5s\n";
    platform_ = std::make_unique<Platform>(options);
    rest_ = std::make_unique<RestClient>(platform_->rest("tenant"));
    admin_ = std::make_unique<RestClient>(platform_->rest("operator", "admin"));
    newcomer_ = std::make_unique<harness::BindServer>(std::vector{platform_->transfer_key()});
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs() << newcomer_->log();
  }

  /// As it is answered.
  json::value create_newcomer() {
    const auto keys = admin_->get("/v2/tsigkeys").body.at("tsigkeys").as_array();
    const auto statistics = "http://" + newcomer_->address() + ":" + std::to_string(newcomer_->statistics_port());
    return Platform::created(admin_->post(
        "/v2/nameservers", json::object{{"name", "newcomer"},
                                        {"pool_id", platform_->pool_id()},
                                        {"driver", "bind"},
                                        {"address", newcomer_->address()},
                                        {"port", newcomer_->port()},
                                        {"transfer_key_id", keys.at(0).at("id")},
                                        {"settings", json::object{{"control_port", newcomer_->control_port()},
                                                                  {"statistics_url", statistics}}},
                                        {"secret", newcomer_->control_key().secret}}));
  }

  bool all_active() {
    const auto all = Platform::created(rest_->get("/v2/zones?limit=max&status=PENDING"));
    return all.at("zones").as_array().empty();
  }

  void expect_newcomer_has_everything() {
    const auto wanted = wanted_zones(*rest_);
    const auto found = zones_of(*newcomer_);
    EXPECT_EQ(found, wanted) << differences(wanted, found);
  }

  std::unique_ptr<Platform> platform_;
  std::unique_ptr<RestClient> rest_, admin_;
  std::unique_ptr<harness::BindServer> newcomer_;
};

TEST_F(NameserverJoins, ItTakesNoPartUntilItHasCaughtUpAndThenItCounts) {
  std::vector<std::string> ids;
  for (int i = 0; i < zones; ++i) {
    ids.push_back(create_zone(*rest_, "z" + std::to_string(i) + ".example.org."));
  }
  ASSERT_TRUE(eventually([&] { return all_active(); }, std::chrono::minutes(2)));

  // It can't even be reached at first.
  newcomer_->stop();
  const auto made = create_newcomer();
  EXPECT_EQ(made.at("state"), "bootstrapping");
  EXPECT_EQ(made.at("enters_service"), true);
  EXPECT_EQ(made.at("catching_up").at("compared"), false);
  create_recordset(*rest_, ids[0], recordset_body("www.z0.example.org.", "A", {"192.0.2.1"}));
  const auto born = create_zone(*rest_, "born.example.org.");
  ASSERT_EQ(rest_->del("/v2/zones/" + ids[1]).status, 202);
  EXPECT_TRUE(zone_has_status(*rest_, ids[0], "ACTIVE"));
  EXPECT_TRUE(zone_has_status(*rest_, born, "ACTIVE"));
  EXPECT_TRUE(eventually([&] { return rest_->get("/v2/zones/" + ids[1]).status == 404; })) << "deleted on the others";
  EXPECT_EQ(nameserver_named(*admin_, "newcomer").at("state"), "bootstrapping");

  // While it takes its zones others come and go, and none waits for it.
  newcomer_->start();
  std::size_t next = 2;
  EXPECT_TRUE(eventually(
      [&] {
        const bool is_in_service = nameserver_named(*admin_, "newcomer").at("state") == "in_service";
        if (!is_in_service && next < 20) {
          create_zone(*rest_, "later" + std::to_string(next) + ".example.org.");
          rest_->del("/v2/zones/" + ids[next]);
          create_recordset(*rest_, ids[100 + next],
                           recordset_body("www.z" + std::to_string(100 + next) + ".example.org.", "A", {"192.0.2.1"}));
          ++next;
        }
        return is_in_service;
      },
      std::chrono::minutes(3)));
  EXPECT_TRUE(eventually([&] { return all_active(); }, std::chrono::minutes(1)));
  EXPECT_EQ(nameserver_named(*admin_, "newcomer").at("catching_up"), nullptr);
  EXPECT_GT(next, 2U) << "nothing happened while it came";
  expect_newcomer_has_everything();

  // Now it counts: what it doesn't serve isn't ACTIVE.
  newcomer_->stop();
  create_recordset(*rest_, born, recordset_body("www.born.example.org.", "A", {"192.0.2.1"}));
  ASSERT_TRUE(serves(platform_->bind(), "born.example.org.", serial_of(*rest_, born)));
  ASSERT_TRUE(serves(platform_->powerdns(), "born.example.org.", serial_of(*rest_, born)));
  EXPECT_EQ(rest_->get("/v2/zones/" + born).text("status"), "PENDING");
  newcomer_->start();
  EXPECT_TRUE(zone_has_status(*rest_, born, "ACTIVE", std::chrono::minutes(1)));
}

TEST_F(NameserverJoins, AnOperatorMayHoldItBackOrForceIt) {
  create_zone(*rest_, "kept.example.org.");
  newcomer_->stop();
  const auto path = "/v2/nameservers/" + id_of(create_newcomer());
  const auto patch = [&](const json::object& body) { return admin_->patch(path, body); };
  EXPECT_EQ(Platform::created(patch({{"enters_service", false}})).at("state"), "bootstrapping");
  newcomer_->start();
  EXPECT_TRUE(has_what_is_wanted(*rest_, *newcomer_));
  // It is known to have caught up, and waits.
  EXPECT_TRUE(eventually([&] {
    const auto catching_up = nameserver_named(*admin_, "newcomer").at("catching_up");
    return catching_up.at("compared") == true && catching_up.at("changes") == 0 && catching_up.at("tasks") == 0;
  }));
  EXPECT_EQ(nameserver_named(*admin_, "newcomer").at("state"), "bootstrapping");
  EXPECT_EQ(Platform::created(patch({{"enters_service", true}})).at("state"), "bootstrapping");
  EXPECT_TRUE(has_state(*admin_, "newcomer", "in_service"));

  set_state(*admin_, "newcomer", "retired");
  EXPECT_EQ(patch({{"state", "maintenance"}}).status, 400);
  newcomer_->stop();
  EXPECT_EQ(Platform::created(patch({{"state", "in_service"}})).at("state"), "bootstrapping");
  EXPECT_EQ(Platform::created(patch({{"state", "in_service"}, {"force", true}})).at("state"), "in_service");
  newcomer_->start();
}

}  // namespace
}  // namespace minidns::e2e
