// More unknown zones than a comparison may delete wait for a person's word.

#include "tests/e2e/nameserver_list.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <memory>

namespace minidns::e2e {
namespace {

constexpr int strays = 15;

class BulkDeletion : public testing::Test {
 protected:
  void SetUp() override {
    harness::PlatformOptions options;
    options.bind = false;
    options.pool_manager_config = "sweep_interval: 2s\n";
    platform_ = std::make_unique<Platform>(options);
    admin_ = std::make_unique<RestClient>(platform_->rest("operator", "admin"));
    path_ = "/v2/nameservers/" + id_of(nameserver_named(*admin_, "powerdns"));
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs();
  }

  void add_strays(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_EQ(platform_->powerdns()
                    .pdnsutil({"create-secondary-zone", "stray" + std::to_string(i) + ".example.net", "127.0.0.3:1"})
                    .status,
                0);
    }
  }
  [[nodiscard]] std::size_t strays_there() const { return zones_of(platform_->powerdns()).size(); }

  /// True once the API shows a refused deletion of so many.
  bool shows_refused(int count) {
    return eventually(
        [&] {
          const auto refused = admin_->get(path_).body.at("refused_deletion");
          return refused.is_object() && refused.at("unknown_zones") == count;
        },
        std::chrono::minutes(1));
  }

  harness::RestAnswer confirm(int count) {
    return admin_->post(path_ + "/tasks/confirm_deletion", json::object{{"zones", count}});
  }

  std::unique_ptr<Platform> platform_;
  std::unique_ptr<RestClient> admin_;
  std::string path_;
};

TEST_F(BulkDeletion, IsRefusedShownAndOnceConfirmedDone) {
  EXPECT_EQ(confirm(1).status, 400) << "nothing is refused";
  // The manager meets them all at once.
  platform_->pool_manager().stop();
  add_strays(strays);
  platform_->pool_manager().start();
  ASSERT_TRUE(shows_refused(strays));
  const auto refused = admin_->get(path_).body.at("refused_deletion");
  EXPECT_EQ(refused.at("zones"), strays);
  EXPECT_EQ(refused.at("names").as_array().size(), 10U);
  EXPECT_EQ(refused.at("confirmed_until"), nullptr);
  EXPECT_EQ(strays_there(), static_cast<std::size_t>(strays));

  const auto wrong = confirm(strays - 1);
  EXPECT_EQ(wrong.status, 400);
  EXPECT_EQ(wrong.body.at("errors").at("errors").at(0).at("path").at(0), "zones");
  EXPECT_EQ(strays_there(), static_cast<std::size_t>(strays));

  const auto right = confirm(strays);
  EXPECT_EQ(right.status, 200);
  EXPECT_TRUE(right.body.at("refused_deletion").at("confirmed_until").is_string());
  EXPECT_TRUE(eventually([&] { return strays_there() == 0; }, std::chrono::minutes(1)));
  EXPECT_TRUE(eventually([&] { return admin_->get(path_).body.at("refused_deletion").is_null(); }));

  // The word was for those, not for all that come.
  platform_->pool_manager().stop();
  add_strays(strays);
  platform_->pool_manager().start();
  EXPECT_TRUE(shows_refused(strays));
  EXPECT_EQ(admin_->get(path_).body.at("refused_deletion").at("confirmed_until"), nullptr);
  EXPECT_EQ(strays_there(), static_cast<std::size_t>(strays));
}

TEST_F(BulkDeletion, IsForgottenWhenAPersonHasCleanedUp) {
  platform_->pool_manager().stop();
  add_strays(strays);
  platform_->pool_manager().start();
  ASSERT_TRUE(shows_refused(strays));
  for (int i = 0; i < strays - 5; ++i) platform_->powerdns().remove_zone("stray" + std::to_string(i) + ".example.net");
  EXPECT_TRUE(
      eventually([&] { return admin_->get(path_).body.at("refused_deletion").is_null(); }, std::chrono::minutes(1)));
  EXPECT_TRUE(eventually([&] { return strays_there() == 0; }, std::chrono::minutes(1))) << "so few may go";
}

}  // namespace
}  // namespace minidns::e2e
