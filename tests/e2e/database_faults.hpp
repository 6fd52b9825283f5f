#pragma once

#include "tests/e2e/served.hpp"
#include "tests/e2e/transfer_watch.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace minidns::e2e {

/// What the database has of a zone, by REST, and whether the secondaries show just that.
class DatabaseFaults : public testing::Test {
 protected:
  using PlatformOptions = harness::PlatformOptions;

  static PlatformOptions options() {
    PlatformOptions options;
    // Short, so that the tests see retries and comparisons soon.
    options.pool_manager_config = "confirm_within: 1s\nsweep_interval: 5s\n";
    options.mdns_config = {};
    return options;
  }
  void start(const PlatformOptions& options) {
    platform_ = std::make_unique<Platform>(options);
    rest_ = std::make_unique<RestClient>(platform_->rest("tenant"));
  }
  void watch(const std::vector<std::string>& zones) { watch_ = std::make_unique<TransferWatch>(*platform_, zones); }
  void TearDown() override {
    if (watch_) {
      watch_->stop();
      EXPECT_EQ(watch_->conflicts(), "") << "one serial, two contents";
      std::cout << "[ watched  ] " << watch_->transfers() << " transfers of " << watch_->serials() << " serials\n";
    }
    if (HasFailure() && platform_) std::cerr << platform_->logs();
  }

  [[nodiscard]] Platform& platform() { return *platform_; }
  [[nodiscard]] RestClient& rest() { return *rest_; }

  std::string make_zone(const std::string& name) { return create_zone(*rest_, name); }
  void add(const std::string& zone_id, const std::string& name) {
    create_recordset(*rest_, zone_id, recordset_body(name, "A", {"192.0.2.1"}));
  }
  /// By REST; waits while the API says that the database is away.
  [[nodiscard]] std::uint32_t serial(const std::string& zone_id) {
    std::uint32_t value = 0;
    EXPECT_TRUE(eventually(
        [&] {
          const auto answer = rest_->get("/v2/zones/" + zone_id);
          if (answer.status != 200) return false;
          value = static_cast<std::uint32_t>(answer.body.at("serial").to_number<std::int64_t>());
          return true;
        },
        std::chrono::seconds(60)));
    return value;
  }
  [[nodiscard]] bool on_both(const std::string& zone, std::uint32_t serial) {
    constexpr std::chrono::seconds limit{90};
    return serves(platform_->bind(), zone, serial, limit) && serves(platform_->powerdns(), zone, serial, limit);
  }
  /// The secondaries show the serial that the API shows, which may still go up.
  [[nodiscard]] bool on_both(const std::string& zone, const std::string& zone_id) {
    return eventually(
        [&] {
          const auto wanted = serial(zone_id);
          constexpr std::chrono::milliseconds once{0};
          return serves(platform_->bind(), zone, wanted, once) && serves(platform_->powerdns(), zone, wanted, once);
        },
        std::chrono::seconds(90));
  }
  [[nodiscard]] bool resolves(const std::string& name) {
    return !dig(platform_->bind(), name, "A").empty() && !dig(platform_->powerdns(), name, "A").empty();
  }
  [[nodiscard]] bool resolves_nowhere(const std::string& name) {
    return dig(platform_->bind(), name, "A").empty() && dig(platform_->powerdns(), name, "A").empty();
  }
  /// Tries a write until the API takes it.
  [[nodiscard]] bool eventually_adds(const std::string& zone_id, const std::string& name) {
    return eventually(
        [&] {
          const auto target = "/v2/zones/" + zone_id + "/recordsets";
          const int status = rest_->post(target, recordset_body(name, "A", {"192.0.2.1"})).status;
          return status / 100 == 2 || status == 409;  // 409: a try before it was done after all
        },
        std::chrono::seconds(90));
  }
  [[nodiscard]] bool all_run() {
    return platform_->central().running() && platform_->mdns(1).running() && platform_->mdns(2).running() &&
           platform_->pool_manager().running();
  }

 private:
  std::unique_ptr<Platform> platform_;
  std::unique_ptr<RestClient> rest_;
  std::unique_ptr<TransferWatch> watch_;
};

}  // namespace minidns::e2e
