// Signed zones and what an mdns no longer has in memory: a nameserver that was away gets a difference nevertheless, and
// an mdns that begins anew with its local store signs nothing again.
#include "tests/e2e/signed_zones.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <sstream>

namespace minidns::e2e {
namespace {

class SignedHistory : public testing::Test {
 protected:
  static void SetUpTestSuite() { platform_ = std::make_unique<Platform>(harness::PlatformOptions{.powerdns = false}); }
  static void TearDownTestSuite() { platform_.reset(); }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs() << platform_->bind().log();
  }
  static Platform& platform() { return *platform_; }

  /// With so many names that a few changes are far less than the zone.
  static std::string signed_zone(RestClient& rest, const std::string& zone, const std::string& policy) {
    const auto id = create_hard_zone(rest, zone);
    for (int i = 0; i < 40; ++i) {
      create_recordset(rest, id, recordset_body("Host" + std::to_string(i) + "." + zone, "A", {"192.0.2.1"}));
    }
    sign(rest, id, policy);
    EXPECT_TRUE(serves(platform().bind(), zone, serial_of(rest, id)));
    EXPECT_EQ(complaints(zone, transferred(platform().bind(), zone)), "");
    return id;
  }
  static double both(const std::string& metric) {
    return platform().mdns(1).metric(metric) + platform().mdns(2).metric(metric);
  }
  static double differences_made() { return both("minidns_mdns_signed_differences_total{result=\"made\"}"); }
  /// The records of BIND's last transfer of the zone, by its log.
  static int records_of_last_transfer(const std::string& zone) {
    const std::string begin = "transfer of '" + zone.substr(0, zone.size() - 1) + "/IN' from ";
    std::istringstream log(platform().bind().log());
    int records = 0;
    for (std::string line; std::getline(log, line);) {
      const auto count = line.find(" messages, ");
      if (line.find(begin) != std::string::npos && count != std::string::npos)
        records = std::stoi(line.substr(count + 11));
    }
    return records;
  }
  static void restart(int which) {
    platform().mdns(which).kill();
    platform().mdns(which).start();
  }

  static std::unique_ptr<Platform> platform_;
};

std::unique_ptr<Platform> SignedHistory::platform_;

TEST_F(SignedHistory, ANameserverThatWasAwayGetsADifferenceFromMdnsThatHaveForgottenIts) {
  auto rest = platform().rest("tenant");
  auto admin = platform().rest("operator", "admin");
  Platform::created(admin.post("/v2/dnssec/policies", json::object{{"name", "opt-out"}, {"denial", "NSEC3_OPT_OUT"}}));
  for (const std::string policy : {"default", "opt-out"}) {
    SCOPED_TRACE(policy);
    const std::string zone = "away." + policy + ".example.org.";
    const auto id = signed_zone(rest, zone, policy);

    platform().bind().stop();
    const auto gone = create_recordset(rest, id, recordset_body("Came.And.Went." + zone, "A", {"192.0.2.7"}));
    create_recordset(rest, id, recordset_body("below.an.empty.name." + zone, "TXT", {"\"new\""}));
    create_recordset(rest, id, recordset_body("cut." + zone, "NS", {"ns.example.net."}));
    ASSERT_EQ(rest.del("/v2/zones/" + id + "/recordsets/" + gone).status, 202);
    for (const int which : {1, 2}) restart(which);  // no local store: they know the newest version alone
    platform().bind().start();

    ASSERT_TRUE(serves(platform().bind(), zone, serial_of(rest, id)));
    EXPECT_EQ(differences_made(), 1);
    const auto served = transferred(platform().bind(), zone);
    EXPECT_EQ(complaints(zone, served), "");
    EXPECT_EQ(differences(platform().bind(), zone, transferred(platform(), zone, 1), false), "");
    const int records = records_of_last_transfer(zone);
    EXPECT_GT(records, 4) << "SOA, what went, SOA, what came";
    EXPECT_LT(records, 40) << "the zone has more than 150";
  }
  for (const char* bad : {"failed", "unproven", "differs"}) {
    EXPECT_EQ(both("minidns_mdns_signed_differences_total{result=\"" + std::string(bad) + "\"}"), 0) << bad;
  }
}

TEST_F(SignedHistory, ADifferenceThatDoesNotLeadFromTheStoredDigestIsNotSent) {
  const std::string zone = "doubtful.example.org.";
  auto rest = platform().rest("tenant");
  const auto id = signed_zone(rest, zone, "default");
  platform().bind().stop();
  create_recordset(rest, id, recordset_body("new." + zone, "A", {"192.0.2.7"}));
  platform().postgres().sql("minidns", "update version_digests set digest = sha256('another') where zone_id = '" + id +
                                           "' and version = (select version - 1 from zones where id = '" + id + "')");
  for (const int which : {1, 2}) restart(which);
  platform().bind().start();
  ASSERT_TRUE(serves(platform().bind(), zone, serial_of(rest, id)));
  EXPECT_EQ(both("minidns_mdns_signed_differences_total{result=\"differs\"}"), 1);
  EXPECT_GT(records_of_last_transfer(zone), 150) << "the whole zone";
  EXPECT_EQ(complaints(zone, transferred(platform().bind(), zone)), "");
}

TEST_F(SignedHistory, AnMdnsWithALocalStoreSignsNothingAgainWithTheDatabaseOrWithout) {
  const std::string zone = "stored.example.org.";
  const std::string signatures = "minidns_mdns_signatures_total";
  auto rest = platform().rest("tenant");
  const auto id = signed_zone(rest, zone, "default");
  auto& mdns = platform().mdns(2);
  const auto config = harness::read_file(mdns.config_file());
  harness::write_file(mdns.config_file(), config + "store: {path: " + platform().folder() + "/store-2}\n");
  restart(2);
  create_recordset(rest, id, recordset_body("by-a-step." + zone, "A", {"192.0.2.7"}));
  ASSERT_TRUE(serves(platform().bind(), zone, serial_of(rest, id)));
  const auto before = transferred(platform(), zone, 2);
  EXPECT_EQ(before, transferred(platform(), zone, 1));
  EXPECT_GT(mdns.metric(signatures), 90) << "it had no store, and then the whole zone to sign";

  mdns.stop();  // it stores what is left
  mdns.start();
  EXPECT_EQ(transferred(platform(), zone, 2), before);
  EXPECT_EQ(mdns.metric("minidns_mdns_zone_loads_total{result=\"stored\"}"), 1);
  EXPECT_EQ(mdns.metric(signatures), 0);

  mdns.stop();
  platform().postgres().stop();
  mdns.start();
  EXPECT_EQ(transferred(platform(), zone, 2), before);
  EXPECT_EQ(mdns.metric(signatures), 0);
  platform().postgres().start();

  // A change is a handful of signatures then, too.
  ASSERT_TRUE(eventually([&] {
    return rest.post("/v2/zones/" + id + "/recordsets", recordset_body("after." + zone, "A", {"192.0.2.8"})).status ==
           202;
  }));
  ASSERT_TRUE(serves(platform().bind(), zone, serial_of(rest, id)));
  ASSERT_TRUE(eventually([&] { return transferred(platform(), zone, 2) == transferred(platform(), zone, 1); }));
  EXPECT_EQ(complaints(zone, transferred(platform(), zone, 2)), "");
  EXPECT_LE(mdns.metric(signatures), 4);
  mdns.stop();
  harness::write_file(mdns.config_file(), config);
  mdns.start();
}

}  // namespace
}  // namespace minidns::e2e
