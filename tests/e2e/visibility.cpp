// Waiting until a change is served, and why it isn't: with a real BIND and a real PowerDNS.

#include "tests/e2e/served.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <future>
#include <iostream>
#include <memory>

namespace minidns::e2e {
namespace {

using namespace std::chrono_literals;
using harness::RestAnswer;

class Visibility : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    harness::PlatformOptions options;
    // Short, so that the test sees tries and errors soon.
    options.pool_manager_config = "confirm_within: 1s\nretry: {first: 500ms, max: 1s, error_after: 2}\n";
    platform_ = std::make_unique<Platform>(options);
  }
  static void TearDownTestSuite() { platform_.reset(); }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs();
  }
  static Platform& platform() { return *platform_; }

  /// Which of the two serve this serial at this moment.
  static int served_by(const std::string& zone, std::uint32_t serial) {
    const auto serves_now = [&](const auto& server) { return serves(server, zone, serial, 0ms) ? 1 : 0; };
    return serves_now(platform().bind()) + serves_now(platform().powerdns());
  }
  static bool is_visible(const RestAnswer& answer) {
    return answer.status == 200 && answer.body.at("visible").at("is_visible").as_bool();
  }
  static std::uint32_t serial_in(const RestAnswer& answer) {
    return static_cast<std::uint32_t>(answer.body.at("serial").to_number<std::int64_t>());
  }
  static std::string version_in(const json::value& body) {
    return std::to_string(body.at("zone_version").to_number<std::int64_t>());
  }
  /// The row of the zone's matrix.
  static json::value on_nameserver(RestClient& rest, const std::string& zone_id, const std::string& name) {
    const auto matrix = rest.get("/v2/zones/" + zone_id + "/sync");
    for (const auto& row : matrix.body.at("nameservers").as_array()) {
      if (row.at("name").as_string() == name) return row;
    }
    throw std::runtime_error("no such nameserver: " + json::serialize(matrix.body));
  }
  static std::string status_on(RestClient& rest, const std::string& zone_id, const std::string& name) {
    return std::string(on_nameserver(rest, zone_id, name).at("status").as_string());
  }
  static std::string nameserver_id(const std::string& name) {
    auto admin = platform().rest("operator", "admin");
    return id_of(admin.get("/v2/nameservers?name=" + name).body.at("nameservers").at(0));
  }

  static std::unique_ptr<Platform> platform_;
};

std::unique_ptr<Platform> Visibility::platform_;

TEST_F(Visibility, AnswersWhenBothServeWhatWasWritten) {
  auto rest = platform().rest("tenant");
  const std::string zone = "wait.example.org.";
  const auto id = create_zone(rest, zone);
  auto answer = rest.get("/v2/zones/" + id + "?wait=visible&timeout=60");
  ASSERT_TRUE(is_visible(answer)) << json::serialize(answer.body);
  EXPECT_EQ(served_by(zone, serial_in(answer)), 2);
  EXPECT_EQ(answer.text("status"), "ACTIVE");

  for (int n = 1; n <= 10; ++n) {
    const auto name = "n" + std::to_string(n) + "." + zone;
    const auto made = Platform::created(
        rest.post("/v2/zones/" + id + "/recordsets", recordset_body(name, "TXT", {"\"v" + std::to_string(n) + "\""})));
    const auto path = "/v2/zones/" + id + "/recordsets/" + id_of(made);
    answer = rest.get(path + "?wait=visible&timeout=60");
    ASSERT_TRUE(is_visible(answer)) << json::serialize(answer.body);
    EXPECT_EQ(answer.body.at("visible").at("version"), made.at("zone_version"));
    EXPECT_EQ(dig(platform().bind(), name, "TXT").size(), 1U) << "at once";
    EXPECT_EQ(dig(platform().powerdns(), name, "TXT").size(), 1U) << "at once";
  }
  for (const char* name : {"bind", "powerdns"}) {
    EXPECT_EQ(status_on(rest, id, name), "OK");
  }
}

TEST_F(Visibility, WaitsForDeletionsToo) {
  auto rest = platform().rest("tenant");
  const std::string zone = "deleted.example.org.";
  const auto id = create_zone(rest, zone);
  const auto recordset = create_recordset(rest, id, recordset_body("www." + zone, "A", {"192.0.2.1"}));
  ASSERT_TRUE(is_visible(rest.get("/v2/zones/" + id + "?wait=visible&timeout=60")));
  const auto removed = rest.del("/v2/zones/" + id + "/recordsets/" + recordset);
  ASSERT_TRUE(is_visible(rest.get("/v2/zones/" + id + "?wait=visible&timeout=60&version=" + version_in(removed.body))));
  EXPECT_TRUE(dig(platform().bind(), "www." + zone, "A").empty());
  EXPECT_TRUE(dig(platform().powerdns(), "www." + zone, "A").empty());

  ASSERT_EQ(rest.del("/v2/zones/" + id).status, 202);
  EXPECT_EQ(rest.get("/v2/zones/" + id + "?wait=visible&timeout=60").status, 404);
  EXPECT_TRUE(is_gone(platform().bind(), zone, 0ms));
  EXPECT_TRUE(is_gone(platform().powerdns(), zone, 0ms));
}

TEST_F(Visibility, SaysWhyAStoppedNameserverKeepsAChangeFromBeingVisible) {
  auto rest = platform().rest("tenant");
  auto admin = platform().rest("operator", "admin");
  const std::string zone = "stopped.example.org.";
  const auto id = create_zone(rest, zone);
  ASSERT_TRUE(is_visible(rest.get("/v2/zones/" + id + "?wait=visible&timeout=60")));

  platform().powerdns().stop();
  const auto made = Platform::created(
      rest.post("/v2/zones/" + id + "/recordsets", recordset_body("www." + zone, "A", {"192.0.2.1"})));
  auto answer = rest.get("/v2/zones/" + id + "?wait=visible&timeout=3");
  ASSERT_EQ(answer.status, 200) << json::serialize(answer.body);
  EXPECT_FALSE(is_visible(answer));
  EXPECT_EQ(answer.body.at("visible").at("needed"), 2);
  ASSERT_TRUE(eventually([&] { return status_on(rest, id, "powerdns") == "UNREACHABLE"; }, 60s));
  ASSERT_TRUE(eventually([&] { return status_on(rest, id, "bind") == "OK"; }, 60s));
  answer = rest.get("/v2/zones/" + id);
  EXPECT_EQ(answer.body.at("visible").at("served"), 1);
  EXPECT_EQ(served_by(zone, serial_in(answer)), 1);
  const auto row = on_nameserver(rest, id, "powerdns");
  EXPECT_EQ(row.at("is_visible"), false);
  EXPECT_EQ(row.at("reason"), "the nameserver can't be reached");
  ASSERT_TRUE(row.at("task").is_object()) << json::serialize(row);
  EXPECT_EQ(row.at("task").at("zone_version"), made.at("zone_version"));

  const auto path = "/v2/nameservers/" + nameserver_id("powerdns");
  const auto sync = admin.get(path + "/sync");
  EXPECT_EQ(sync.text("status"), "UNREACHABLE");
  EXPECT_EQ(sync.body.at("is_reachable"), false);
  const auto exceptions = admin.get(path + "/exceptions?name=" + zone);
  ASSERT_EQ(exceptions.body.at("exceptions").as_array().size(), 1U) << json::serialize(exceptions.body);
  EXPECT_EQ(exceptions.body.at("exceptions").at(0).at("zone_id").as_string(), json::string(id));

  // It comes back while somebody waits.
  auto waited = std::async(std::launch::async, [&] {
    auto other = platform().rest("tenant");
    RestAnswer last = other.get("/v2/zones/" + id + "?wait=visible&timeout=60");
    // A nameserver that was tried too often ends a wait early: then the client asks again.
    while (!is_visible(last) && last.body.at("visible").at("failed") != 0) {
      last = other.get("/v2/zones/" + id + "?wait=visible&timeout=60");
    }
    return last;
  });
  platform().powerdns().start();
  EXPECT_TRUE(is_visible(waited.get()));
  EXPECT_EQ(served_by(zone, serial_in(answer)), 2);
  EXPECT_EQ(status_on(rest, id, "powerdns"), "OK");
  EXPECT_TRUE(eventually([&] { return admin.get(path + "/sync").text("status") == "OK"; }, 60s));
  EXPECT_EQ(admin.get(path + "/exceptions").body.at("metadata").at("total_count"), 0);
}

TEST_F(Visibility, OneOfTwoIsEnoughWhereThePoolSaysSo) {
  auto rest = platform().rest("tenant");
  auto admin = platform().rest("operator", "admin");
  const auto pool = "/v2/pools/" + platform().pool_id();
  ASSERT_EQ(admin.patch(pool, {{"threshold", 1}}).status, 202);
  platform().powerdns().stop();
  const std::string zone = "enough.example.org.";
  const auto id = create_zone(rest, zone);
  const auto answer = rest.get("/v2/zones/" + id + "?wait=visible&timeout=60");
  EXPECT_TRUE(is_visible(answer)) << json::serialize(answer.body);
  EXPECT_EQ(answer.body.at("visible").at("served"), 1);
  EXPECT_EQ(served_by(zone, serial_in(answer)), 1);
  platform().powerdns().start();
  ASSERT_EQ(admin.patch(pool, {{"threshold", nullptr}}).status, 202);
  EXPECT_TRUE(zone_has_status(rest, id, "ACTIVE", 60s));
}

TEST_F(Visibility, ANameserverInMaintenanceIsNotWorkedFor) {
  auto rest = platform().rest("tenant");
  auto admin = platform().rest("operator", "admin");
  const auto id = create_zone(rest, "maintained.example.org.");
  const auto path = "/v2/nameservers/" + nameserver_id("powerdns");
  ASSERT_EQ(admin.patch(path, {{"state", "maintenance"}}).status, 200);
  EXPECT_TRUE(eventually([&] { return status_on(rest, id, "powerdns") == "NOT_WORKED_FOR"; }, 60s));
  const auto row = on_nameserver(rest, id, "powerdns");
  EXPECT_EQ(row.at("reason"), "the nameserver is in maintenance");
  EXPECT_EQ(row.at("counts"), false);
  create_recordset(rest, id, recordset_body("www.maintained.example.org.", "A", {"192.0.2.1"}));
  EXPECT_TRUE(is_visible(rest.get("/v2/zones/" + id + "?wait=visible&timeout=60"))) << "without it";
  ASSERT_EQ(admin.patch(path, {{"state", "in_service"}}).status, 200);
  platform().wait_until_in_service();
  EXPECT_TRUE(is_visible(rest.get("/v2/zones/" + id + "?wait=visible&timeout=60"))) << "with it";
  EXPECT_EQ(status_on(rest, id, "powerdns"), "OK");
}

}  // namespace
}  // namespace minidns::e2e
