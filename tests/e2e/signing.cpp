// Zones that mdns signs, with the verdict from outside: a validating Unbound asks BIND and PowerDNS, and the tools that
// check zones get what both mdns transfer.

#include "tests/e2e/signed_zones.hpp"
#include "tests/harness/unbound_resolver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <memory>

namespace minidns::e2e {
namespace {

using harness::UnboundResolver;

class Signing : public testing::Test {
 protected:
  static void SetUpTestSuite() { platform_ = std::make_unique<Platform>(); }
  static void TearDownTestSuite() { platform_.reset(); }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs();
  }
  static Platform& platform() { return *platform_; }

  static std::string transferred(const std::string& zone, int which) {
    return e2e::transferred(platform(), zone, which);
  }
  /// Both mdns transfer the same, and the tools find no fault in it.
  static void expect_good_transfers(const std::string& zone, bool with_csk = false) {
    const auto first = transferred(zone, 1);
    EXPECT_EQ(first, transferred(zone, 2));
    EXPECT_EQ(complaints(zone, first, with_csk), "");
  }

  /// With signatures in its answers: PowerDNS may know the records of a zone that was just signed and yet take it for
  /// an unsigned one, until it reads the zone's metadata again (zone-metadata-cache-ttl, 60 s).
  template <class Server>
  static bool serves_signed(const Server& server, const std::string& zone) {
    const auto is_signed = [&](const char* type) {
      const auto lines = harness::dig(server.address(), server.port(), {"+dnssec", zone, type});
      return std::any_of(lines.begin(), lines.end(),
                         [](const std::string& line) { return line.find("RRSIG") != std::string::npos; });
    };
    return eventually([&] { return is_signed("DNSKEY") && is_signed("SOA"); }, std::chrono::seconds(120));
  }

  static std::vector<std::string> ds_of(RestClient& rest, const std::string& id) {
    std::vector<std::string> records;
    const auto body = rest.get("/v2/zones/" + id + "/dnssec").body;
    for (const auto& ds : body.at("ds").as_array()) records.emplace_back(ds.at("record").as_string());
    return records;
  }

  template <class Server>
  static UnboundResolver resolver(const Server& server, const std::string& zone, const std::vector<std::string>& ds) {
    return UnboundResolver(zone, ds, server.address(), server.port());
  }

  struct Expected {
    const char* name;  ///< relative to the zone
    const char* type;
    const char* status;
    bool secure;
  };
  static void expect_validated(const UnboundResolver& resolver, const std::string& zone,
                               const std::vector<Expected>& questions) {
    for (const auto& [name, type, status, secure] : questions) {
      const auto verdict = resolver.ask(name + zone, type);
      EXPECT_EQ(verdict.status, status) << name << ' ' << type << '\n' << verdict.text;
      EXPECT_EQ(verdict.secure, secure) << name << ' ' << type << '\n' << verdict.text;
    }
  }

  static std::unique_ptr<Platform> platform_;
};

std::unique_ptr<Platform> Signing::platform_;

TEST_F(Signing, AZoneIsValidatedThroughBothNameserversBeforeAndAfterChanges) {
  const std::string zone = "hard.example.org.";
  auto rest = platform().rest("tenant");
  const auto id = create_hard_zone(rest, zone);
  ASSERT_TRUE(serves(platform().bind(), zone, serial_of(rest, id)));
  sign(rest, id);
  ASSERT_TRUE(serves_signed(platform().bind(), zone));
  ASSERT_TRUE(serves_signed(platform().powerdns(), zone));
  expect_good_transfers(zone);

  const auto ds = ds_of(rest, id);
  ASSERT_FALSE(ds.empty());
  const auto by_bind = resolver(platform().bind(), zone, ds);
  const auto by_powerdns = resolver(platform().powerdns(), zone, ds);
  const std::vector<Expected> questions{
      {"", "SOA", "NOERROR", true},
      {"www.mixed.", "A", "NOERROR", true},
      {"WWW.MIXED.", "AAAA", "NOERROR", true},  // NODATA
      {"x.wild.", "TXT", "NOERROR", true},
      {"x.wild.", "A", "NOERROR", true},  // NODATA by a wildcard
      {"empty.non.terminal.", "A", "NOERROR", true},
      {"alias.", "A", "NOERROR", true},
      {"odd\\.label.", "TXT", "NOERROR", true},
      {"secure.", "DS", "NOERROR", true},
      {"insecure.", "DS", "NOERROR", true},
      {"nothing.", "A", "NXDOMAIN", true},
      {"zzz.nothing.", "A", "NXDOMAIN", true},
  };
  expect_validated(by_bind, zone, questions);
  expect_validated(by_powerdns, zone, questions);

  // Names come and go, beside others and above them.
  const auto came = create_recordset(rest, id, recordset_body("nothing." + zone, "A", {"192.0.2.9"}));
  create_recordset(rest, id, recordset_body("a.b.c." + zone, "TXT", {"\"below empty names\""}));
  ASSERT_TRUE(serves(platform().bind(), zone, serial_of(rest, id)));
  ASSERT_TRUE(serves(platform().powerdns(), zone, serial_of(rest, id)));
  const std::vector<Expected> after{{"nothing.", "A", "NOERROR", true},
                                    {"b.c.", "A", "NOERROR", true},
                                    {"zzz.nothing.", "A", "NXDOMAIN", true},
                                    {"www.mixed.", "A", "NOERROR", true}};
  expect_validated(by_bind, zone, after);
  expect_validated(by_powerdns, zone, after);
  expect_good_transfers(zone);

  ASSERT_EQ(rest.del("/v2/zones/" + id + "/recordsets/" + came).status, 202);
  ASSERT_TRUE(serves(platform().bind(), zone, serial_of(rest, id)));
  ASSERT_TRUE(serves(platform().powerdns(), zone, serial_of(rest, id)));
  expect_validated(by_bind, zone, {{"nothing.", "A", "NXDOMAIN", true}});
  expect_validated(by_powerdns, zone, {{"nothing.", "A", "NXDOMAIN", true}});
  expect_good_transfers(zone);
}

TEST_F(Signing, AChangeOfASignedZoneGoesOutAsADifference) {
  const std::string zone = "small.steps.example.org.";
  auto rest = platform().rest("tenant");
  const auto id = create_hard_zone(rest, zone);
  sign(rest, id);
  ASSERT_TRUE(serves_signed(platform().bind(), zone));
  const auto differences = [] {
    const char* const metric = "minidns_mdns_transfers_total{kind=\"ixfr\",result=\"complete\"}";
    return platform().mdns(1).metric(metric) + platform().mdns(2).metric(metric);
  };
  const auto before = differences();
  for (int i = 0; i < 5; ++i) {
    create_recordset(rest, id, recordset_body("n" + std::to_string(i) + "." + zone, "A", {"192.0.2.1"}));
    ASSERT_TRUE(serves(platform().bind(), zone, serial_of(rest, id)));
  }
  EXPECT_GE(differences(), before + 5) << "BIND asks for differences";
  expect_good_transfers(zone);
}

TEST_F(Signing, AnMdnsThatBeginsAnewSignsTheSame) {
  const std::string zone = "same.again.example.org.";
  auto rest = platform().rest("tenant");
  const auto id = create_hard_zone(rest, zone);
  sign(rest, id);
  ASSERT_TRUE(serves_signed(platform().bind(), zone));
  create_recordset(rest, id, recordset_body("later." + zone, "A", {"192.0.2.1"}));
  ASSERT_TRUE(serves(platform().bind(), zone, serial_of(rest, id)));
  platform().mdns(2).kill();
  platform().mdns(2).start();
  expect_good_transfers(zone);  // one by steps, one as a whole
}

TEST_F(Signing, EveryAlgorithmAndDenialIsValidated) {
  auto rest = platform().rest("tenant");
  auto admin = platform().rest("operator", "admin");
  const std::vector<std::pair<std::string, json::object>> policies{
      {"rsa", {{"algorithm", "RSASHA256"}}},
      {"p384", {{"algorithm", "ECDSAP384SHA384"}}},
      {"ed25519", {{"algorithm", "ED25519"}, {"key_model", "CSK"}}},
      {"nsec3", {{"denial", "NSEC3"}}},
      {"opt-out", {{"denial", "NSEC3_OPT_OUT"}}},
  };
  for (const auto& [name, fields] : policies) {
    auto body = fields;
    body["name"] = name;
    Platform::created(admin.post("/v2/dnssec/policies", body));
    const std::string zone = name + ".policies.example.org.";
    const auto id = create_hard_zone(rest, zone);
    sign(rest, id, name);
    ASSERT_TRUE(serves_signed(platform().bind(), zone)) << name;
    ASSERT_TRUE(serves_signed(platform().powerdns(), zone)) << name;
    const bool with_csk = fields.contains("key_model");
    expect_good_transfers(zone, with_csk);
    // What an opt-out span proves isn't secure: an insecure delegation may be there (RFC 5155 §9.2).
    const bool opt_out = name == "opt-out";
    const std::vector<Expected> questions{{"www.mixed.", "A", "NOERROR", true},
                                          {"x.wild.", "TXT", "NOERROR", !opt_out},
                                          {"empty.non.terminal.", "A", "NOERROR", true},
                                          {"secure.", "DS", "NOERROR", true}};
    const auto ds = ds_of(rest, id);
    expect_validated(resolver(platform().bind(), zone, ds), zone, questions);
    expect_validated(resolver(platform().powerdns(), zone, ds), zone, questions);
    create_recordset(rest, id, recordset_body("one.more." + zone, "A", {"192.0.2.1"}));
    ASSERT_TRUE(serves(platform().bind(), zone, serial_of(rest, id)));
    expect_good_transfers(zone, with_csk);
  }
}

}  // namespace
}  // namespace minidns::e2e
