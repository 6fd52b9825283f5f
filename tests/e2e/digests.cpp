// What happens when mdns make different things of one signed version: it is made so behind the programs' backs, in the
// database.
#include "tests/e2e/served.hpp"
#include "tests/harness/process.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <iostream>
#include <memory>

namespace minidns::e2e {
namespace {

using harness::run;

class Digests : public testing::Test {
 protected:
  static void SetUpTestSuite() { platform_ = std::make_unique<Platform>(); }
  static void TearDownTestSuite() { platform_.reset(); }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs();
  }
  static Platform& platform() { return *platform_; }
  static std::string sql(const std::string& text) { return platform().postgres().sql("minidns", text); }

  /// The records that an mdns transfers, but the TSIG; as dig prints them.
  static std::string transferred(const std::string& zone, int which) {
    const auto& key = platform().transfer_key();
    return run({"dig", "@127.0.0." + std::to_string(which), "-p", std::to_string(platform().mdns_port()), "-y",
                key.algorithm + ":" + key.name + ":" + key.secret, "+noall", "+answer", zone, "AXFR"})
        .out;
  }

  static std::string signed_zone(RestClient& rest, const std::string& zone) {
    const auto id = create_zone(rest, zone);
    create_recordset(rest, id, recordset_body("www." + zone, "A", {"192.0.2.1"}));
    Platform::created(rest.put("/v2/zones/" + id + "/dnssec", json::object{}));
    EXPECT_TRUE(serves(platform().bind(), zone, serial_of(rest, id)));
    EXPECT_TRUE(serves(platform().powerdns(), zone, serial_of(rest, id)));
    EXPECT_TRUE(eventually([&] { return both_transfer_the_same(zone); }));
    return id;
  }
  static bool both_transfer_the_same(const std::string& zone) {
    const auto first = transferred(zone, 1);
    return first.find("RRSIG") != std::string::npos && first == transferred(zone, 2);
  }
  static bool bind_has(const std::string& name, const std::string& address) {
    const auto answer = dig(platform().bind(), name, "A");
    return answer.size() == 1 && answer[0].ends_with("\t" + address);
  }
  static double quarantined(int which) { return platform().mdns(which).metric("minidns_mdns_zones_quarantined"); }
  static bool mentions(const std::string& text, const std::string& what) {
    return text.find(what) != std::string::npos;
  }

  static std::unique_ptr<Platform> platform_;
};

std::unique_ptr<Platform> Digests::platform_;

TEST_F(Digests, AnMdnsThatMakesSomethingElseOfAVersionStaysOnTheLastOneAndNobodyGetsIt) {
  const std::string zone = "tampered.example.org.";
  auto rest = platform().rest("tenant");
  const auto id = signed_zone(rest, zone);
  const auto before = transferred(zone, 2);

  platform().mdns(2).process().signal(SIGSTOP);
  create_recordset(rest, id, recordset_body("new." + zone, "A", {"192.0.2.9"}));
  const auto serial = serial_of(rest, id);
  ASSERT_TRUE(serves(platform().bind(), zone, serial));
  const auto last_octet = [&](int value) {
    return "update rrsets set rdata = set_byte(rdata, length(rdata) - 1, " + std::to_string(value) +
           ") where zone_id = '" + id + "' and type = 1 and since = (select max(since) from rrsets where zone_id = '" +
           id + "' and type = 1)";
  };
  sql(last_octet(66));
  platform().mdns(2).process().signal(SIGCONT);

  ASSERT_TRUE(eventually([] { return quarantined(2) == 1; }));
  EXPECT_EQ(quarantined(1), 0);
  EXPECT_EQ(transferred(zone, 2), before);
  EXPECT_TRUE(mentions(transferred(zone, 1), "192.0.2.9"));
  EXPECT_TRUE(eventually([] { return platform().central().metric("minidns_central_quarantined_zones") == 1; }));

  // Without what it served before it serves nothing.
  platform().mdns(2).kill();
  platform().mdns(2).start();
  EXPECT_FALSE(mentions(transferred(zone, 2), "192.0.2.66"));
  EXPECT_FALSE(mentions(transferred(zone, 2), "RRSIG"));
  EXPECT_EQ(quarantined(2), 1);
  EXPECT_TRUE(bind_has("new." + zone, "192.0.2.9"));
  EXPECT_EQ(platform().central().metric("minidns_central_serials_burnt_total"), 0) << "one alone burns nothing";

  sql(last_octet(9));
  create_recordset(rest, id, recordset_body("newer." + zone, "A", {"192.0.2.10"}));
  ASSERT_TRUE(serves(platform().bind(), zone, serial_of(rest, id)));
  ASSERT_TRUE(serves(platform().powerdns(), zone, serial_of(rest, id)));
  EXPECT_TRUE(eventually([&] { return both_transfer_the_same(zone) && quarantined(2) == 0; }));
  EXPECT_TRUE(eventually([] { return platform().central().metric("minidns_central_quarantined_zones") == 0; }));
}

TEST_F(Digests, ASerialOnWhichTwoAgreeAgainstTheFirstIsBurnt) {
  const std::string zone = "burnt.example.org.";
  auto rest = platform().rest("tenant");
  const auto id = signed_zone(rest, zone);
  // As if a third instance had been the first to build the next version.
  sql("insert into version_digests (zone_id, version, view, key_id, digest, instance, build)"
      " select d.zone_id, d.version + 1, d.view, d.key_id, sha256('fault'), gen_random_uuid(), '0.0.9-faulty'"
      " from version_digests d join zones z on z.id = d.zone_id and z.version = d.version where z.id = '" +
      id + "'");
  create_recordset(rest, id, recordset_body("new." + zone, "A", {"192.0.2.9"}));
  ASSERT_TRUE(eventually([] { return platform().central().metric("minidns_central_serials_burnt_total") == 1; }));
  const auto next = serial_of(rest, id);
  EXPECT_EQ(sql("select count(*) from versions where author = 'digest' and zone_id = '" + id +
                "' and serial = " + std::to_string(next)),
            "1");
  ASSERT_TRUE(serves(platform().bind(), zone, next));
  ASSERT_TRUE(serves(platform().powerdns(), zone, next));
  EXPECT_TRUE(bind_has("new." + zone, "192.0.2.9"));
  EXPECT_TRUE(eventually([&] { return both_transfer_the_same(zone) && quarantined(1) == 0 && quarantined(2) == 0; }));
  EXPECT_TRUE(mentions(platform().central().log(), "serial burnt"));
  EXPECT_TRUE(mentions(platform().central().log(), "0.0.9-faulty")) << "both builds are named";
  EXPECT_EQ(platform().central().metric("minidns_central_serials_burnt_total"), 1);
}

}  // namespace
}  // namespace minidns::e2e
