// Knot and NSD by their control channels: zones that are made by REST come to both, change and go, by commands of the
// pool manager. Knot knows no key and no primary before.

#include "tests/e2e/served.hpp"
#include "tests/harness/knot_server.hpp"
#include "tests/harness/nsd_server.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <memory>

namespace minidns::e2e {
namespace {

using harness::KnotServer;
using harness::NsdServer;

constexpr int zones_many = 100;
constexpr auto long_wait = std::chrono::seconds(120);

std::string zone_name(int number) {
  return "z" + std::to_string(number) + ".control.example.";
}

class ControlChannels : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    platform_ = std::make_unique<Platform>(harness::PlatformOptions{.bind = false, .powerdns = false});
    knot_ = std::make_unique<KnotServer>(std::vector<harness::KeySpec>());
    nsd_ = std::make_unique<NsdServer>(std::vector{platform_->transfer_key()}, "127.0.0.1", NsdServer::Control::tls);
    const auto& key = platform_->transfer_key().name;
    const auto pattern =
        nsd_->add_pattern({{"127.0.0.1", platform_->mdns_port(), key}, {"127.0.0.2", platform_->mdns_port(), key}});
    auto admin = platform_->rest("operator", "admin");
    const auto knot = nameserver(admin, "knot", *knot_, {{"control_socket", knot_->control_socket()}});
    Platform::created(admin.post("/v2/nameservers", knot));
    auto nsd = nameserver(admin, "nsd", *nsd_, {{"pattern", pattern}, {"control_port", nsd_->control_port()}});
    nsd["secret"] = nsd_->control_certificates().credentials();
    Platform::created(admin.post("/v2/nameservers", nsd));
    platform_->wait_until_in_service();
  }
  static void TearDownTestSuite() {
    platform_.reset();
    knot_.reset();
    nsd_.reset();
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs() << knot_->log() << nsd_->log();
  }

  template <class Server>
  static json::object nameserver(RestClient& admin, const std::string& driver, const Server& server,
                                 const json::object& settings) {
    const auto keys = admin.get("/v2/tsigkeys?name=" + platform_->transfer_key().name).body;
    return {{"name", driver},        {"pool_id", platform_->pool_id()},
            {"driver", driver},      {"address", server.address()},
            {"port", server.port()}, {"transfer_key_id", id_of(keys.at("tsigkeys").as_array().at(0))},
            {"settings", settings}};
  }

  static bool on_both(const std::string& zone, std::uint32_t serial) {
    return serves(*knot_, zone, serial, long_wait) && serves(*nsd_, zone, serial, long_wait);
  }

  static std::unique_ptr<Platform> platform_;
  static std::unique_ptr<KnotServer> knot_;
  static std::unique_ptr<NsdServer> nsd_;
};

std::unique_ptr<Platform> ControlChannels::platform_;
std::unique_ptr<KnotServer> ControlChannels::knot_;
std::unique_ptr<NsdServer> ControlChannels::nsd_;

TEST_F(ControlChannels, AHundredZonesComeAndGo) {
  auto rest = platform_->rest("tenant");
  std::vector<std::string> ids;
  for (int n = 0; n < zones_many; ++n) ids.push_back(create_zone(rest, zone_name(n)));
  for (int n = 0; n < zones_many; ++n) {
    const auto& id = ids[static_cast<std::size_t>(n)];
    ASSERT_TRUE(on_both(zone_name(n), serial_of(rest, id))) << zone_name(n);
    ASSERT_TRUE(zone_has_status(rest, id, "ACTIVE", long_wait));
  }
  for (const auto& id : ids) EXPECT_EQ(rest.del("/v2/zones/" + id).status, 202);
  for (int n = 0; n < zones_many; ++n) {
    ASSERT_TRUE(is_gone(*knot_, zone_name(n), long_wait)) << zone_name(n);
    ASSERT_TRUE(is_gone(*nsd_, zone_name(n), long_wait)) << zone_name(n);
  }
  EXPECT_EQ(knot_->knotc({"conf-read", "zone"}).out.find("control.example."), std::string::npos);
  EXPECT_EQ(nsd_->nsd_control({"zonestatus"}).out.find("control.example."), std::string::npos);
}

TEST_F(ControlChannels, ChangesComeToBoth) {
  auto rest = platform_->rest("tenant");
  const auto id = create_zone(rest, "changed.example.");
  ASSERT_TRUE(on_both("changed.example.", serial_of(rest, id)));
  for (int n = 1; n <= 5; ++n) {
    const auto owner = "www" + std::to_string(n) + ".changed.example.";
    create_recordset(rest, id, recordset_body(owner, "A", {"192.0.2.7"}));
    ASSERT_TRUE(on_both("changed.example.", serial_of(rest, id)));
    EXPECT_EQ(dig(*knot_, owner, "A").size(), 1U);
    EXPECT_TRUE(eventually([&] { return dig(*nsd_, owner, "A").size() == 1; }));
  }
  EXPECT_TRUE(zone_has_status(rest, id, "ACTIVE", long_wait));
}

TEST_F(ControlChannels, WhatWasMadeAndDeletedWhileTheyWereDownIsMadeUpFor) {
  auto rest = platform_->rest("tenant");
  const auto old = create_zone(rest, "back.example.");
  create_recordset(rest, old, recordset_body("old.back.example.", "A", {"192.0.2.1"}));
  ASSERT_TRUE(on_both("back.example.", serial_of(rest, old)));
  knot_->stop();
  nsd_->stop();
  EXPECT_EQ(rest.del("/v2/zones/" + old).status, 202);
  const auto id = create_zone(rest, "back.example.");
  create_recordset(rest, id, recordset_body("new.back.example.", "A", {"192.0.2.2"}));
  const auto other = create_zone(rest, "meanwhile.example.");
  knot_->start();
  nsd_->start();
  ASSERT_TRUE(on_both("back.example.", serial_of(rest, id)));
  ASSERT_TRUE(on_both("meanwhile.example.", serial_of(rest, other)));
  EXPECT_TRUE(dig(*knot_, "old.back.example.", "A").empty());
  EXPECT_EQ(dig(*knot_, "new.back.example.", "A").size(), 1U);
  EXPECT_TRUE(zone_has_status(rest, id, "ACTIVE", long_wait));
}

TEST_F(ControlChannels, SomebodysOpenTransactionOnKnotIsWaitedFor) {
  auto rest = platform_->rest("tenant");
  ASSERT_EQ(knot_->knotc({"conf-begin"}).status, 0);
  const auto id = create_zone(rest, "waiting.example.");
  ASSERT_TRUE(serves(*nsd_, "waiting.example.", serial_of(rest, id), long_wait));
  ASSERT_EQ(knot_->knotc({"conf-commit"}).status, 0);
  EXPECT_TRUE(serves(*knot_, "waiting.example.", serial_of(rest, id), long_wait));
  EXPECT_TRUE(zone_has_status(rest, id, "ACTIVE", long_wait));
}

}  // namespace
}  // namespace minidns::e2e
