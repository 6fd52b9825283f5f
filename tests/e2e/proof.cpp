// What nameservers serve is proved: zones are changed behind the platform's back at the same serial, are found and
// mended; signatures that end too soon are shown; who refuses transfers is counted. The rounds are of seconds.

#include "tests/e2e/signed_zones.hpp"
#include "tests/harness/knot_server.hpp"
#include "tests/harness/nsd_server.hpp"
#include "tests/harness/process.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <regex>
#include <set>

namespace minidns::e2e {
namespace {

using harness::run;

constexpr auto long_wait = std::chrono::seconds(120);
constexpr const char* right = "192.0.2.1";
constexpr const char* wrong = "192.0.2.66";

class Proof : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    harness::PlatformOptions options;
    // Signatures are made for 21 days: with this margin each ends too soon.
    options.pool_manager_config =
        "sweep_interval: 1h\nproof: {round: 1s, content_round: 2s, transfers_per_second: 20, look_again: 500ms, "
        "signature_margin: 30d}\n";
    platform_ = std::make_unique<Platform>(options);
    auto admin = platform_->rest("operator", "admin");
    Platform::created(admin.post("/v2/dnssec/policies", json::object{{"name", "nsec3"}, {"denial", "NSEC3"}}));
    add_knot_and_nsd(admin);
  }
  static void add_knot_and_nsd(RestClient& admin) {
    knot_ = std::make_unique<harness::KnotServer>(std::vector<harness::KeySpec>());
    nsd_ = std::make_unique<harness::NsdServer>(std::vector{platform_->transfer_key()}, "127.0.0.1",
                                                harness::NsdServer::Control::tls);
    const auto& key = platform_->transfer_key().name;
    const auto pattern =
        nsd_->add_pattern({{"127.0.0.1", platform_->mdns_port(), key}, {"127.0.0.2", platform_->mdns_port(), key}});
    const auto keys = admin.get("/v2/tsigkeys?name=" + key).body;
    const auto key_id = id_of(keys.at("tsigkeys").as_array().at(0));
    const auto body = [&](const char* driver, const harness::Secondary& server, const json::object& settings) {
      return json::object{{"name", driver},        {"pool_id", platform_->pool_id()},
                          {"driver", driver},      {"address", server.address()},
                          {"port", server.port()}, {"transfer_key_id", key_id},
                          {"settings", settings}};
    };
    Platform::created(admin.post(
        "/v2/nameservers", body("knot", *knot_, {{"control_socket", knot_->control_socket()}, {"acl", "transfer"}})));
    auto nsd = body("nsd", *nsd_, {{"pattern", pattern}, {"control_port", nsd_->control_port()}});
    nsd["secret"] = nsd_->control_certificates().credentials();
    Platform::created(admin.post("/v2/nameservers", nsd));
  }
  static void TearDownTestSuite() {
    platform_.reset();
    knot_.reset();
    nsd_.reset();
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << platform_->logs();
  }
  static Platform& platform() { return *platform_; }
  static std::string sql(const std::string& text) { return platform().postgres().sql("minidns", text); }

  struct Zone {
    std::string id;
    std::string name;
    std::uint32_t serial;
  };
  static Zone make_zone(const std::string& name, bool is_signed) {
    auto rest = platform().rest("tenant");
    const auto id = create_zone(rest, name);
    create_recordset(rest, id, recordset_body("www." + name, "A", {right}));
    if (is_signed) {
      Platform::created(rest.put("/v2/zones/" + id + "/dnssec", json::object{}));
    }
    const Zone zone{id, name, serial_of(rest, id)};
    expect_served(zone);
    return zone;
  }

  static void expect_served(const Zone& zone) {
    EXPECT_TRUE(serves(platform().bind(), zone.name, zone.serial, long_wait));
    EXPECT_TRUE(serves(platform().powerdns(), zone.name, zone.serial, long_wait));
    EXPECT_TRUE(serves(*knot_, zone.name, zone.serial, long_wait));
    EXPECT_TRUE(serves(*nsd_, zone.name, zone.serial, long_wait));
  }

  /// At the same serial, so that no serial tells it.
  static void change_in_powerdns(const std::string& name) {
    const auto result = run({"sqlite3", platform().powerdns().folder() + "/db.sqlite",
                             "pragma busy_timeout=10000; update records set content = '" + std::string(wrong) +
                                 "' where name = 'www." + name.substr(0, name.size() - 1) + "' and type = 'A'"});
    ASSERT_EQ(result.status, 0) << result.err;
  }
  /// As who edits a zone's file.
  static void change_in_bind(const std::string& name) {
    auto& bind = platform().bind();
    bind.stop();
    std::string file;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(bind.folder())) {
      const auto path = entry.path().string();
      if (path.find(name.substr(0, name.find('.'))) != std::string::npos && !path.ends_with(".jnl")) file = path;
    }
    ASSERT_NE(file, "");
    const auto dumped =
        run({"named-compilezone", "-j", "-i", "none", "-f", "raw", "-F", "text", "-s", "full", "-o", "-", name, file});
    ASSERT_EQ(dumped.status, 0) << dumped.err;
    auto text = dumped.out;
    const auto at = text.find(right);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, std::string(right).size(), wrong);
    const auto compiled =
        run({"named-compilezone", "-i", "none", "-f", "text", "-F", "raw", "-o", file, name, "/dev/stdin"}, text);
    ASSERT_EQ(compiled.status, 0) << compiled.err;
    std::filesystem::remove(file + ".jnl");
    bind.start();
  }

  template <class Server>
  static bool has(const Server& server, const Zone& zone, const std::string& address) {
    return eventually(
        [&] {
          const auto answer = dig(server, "www." + zone.name, "A");
          return std::any_of(answer.begin(), answer.end(),
                             [&](const std::string& line) { return line.ends_with("\t" + address); });
        },
        long_wait);
  }
  static std::string faults(const Zone& zone, const std::string& fault) {
    return sql(
        "select n.name || ' ' || f.serial from content_faults f join nameservers n on n.id = f.nameserver_id "
        "where f.zone_id = '" +
        zone.id + "' and f.fault = '" + fault + "' order by 1");
  }
  static double metric(const std::string& name, const std::string& nameserver, const std::string& label = "") {
    return platform().pool_manager().metric("minidns_pool_manager_" + name + "{nameserver=\"" + nameserver + "\"" +
                                            label + "}");
  }
  static double compared(const std::string& nameserver, const std::string& result) {
    return metric("content_comparisons_total", nameserver, ",result=\"" + result + "\"");
  }
  static std::unique_ptr<Platform> platform_;
  static std::unique_ptr<harness::KnotServer> knot_;
  static std::unique_ptr<harness::NsdServer> nsd_;
};

std::unique_ptr<Platform> Proof::platform_;
std::unique_ptr<harness::KnotServer> Proof::knot_;
std::unique_ptr<harness::NsdServer> Proof::nsd_;

TEST_F(Proof, WhatIsRightIsFoundToBeSameOnEachKindOfNameserver) {
  const auto plain = make_zone("plain.example.org.", false);
  const auto with_keys = make_zone("keys.example.org.", true);
  auto rest = platform().rest("tenant");
  for (const char* policy : {"default", "nsec3"}) {
    Zone hard{{}, std::string(policy) + "-hard.example.org.", 0};
    hard.id = create_hard_zone(rest, hard.name);
    sign(rest, hard.id, policy);
    hard.serial = serial_of(rest, hard.id);
    expect_served(hard);
  }
  for (const char* nameserver : {"bind", "powerdns", "knot", "nsd"}) {
    const double before = compared(nameserver, "same");
    EXPECT_TRUE(eventually([&] { return compared(nameserver, "same") >= before + 8; }, long_wait)) << nameserver;
    EXPECT_TRUE(eventually([&] { return metric("proof_oldest_look_seconds", nameserver, ",what=\"contents\"") > 0; },
                           long_wait));
    EXPECT_EQ(compared(nameserver, "differs"), 0) << nameserver;
  }
  for (const char* nameserver : {"bind", "knot", "nsd"}) {
    EXPECT_TRUE(eventually([&] { return metric("content_references_total", nameserver, ",reference=\"digest\"") > 0; },
                           long_wait))
        << nameserver << ": what mdns stored of signed versions";
  }
  EXPECT_EQ(faults(plain, "diverged") + faults(with_keys, "diverged"), "");
}

TEST_F(Proof, ARecordThatIsChangedInPowerdnsIsMended) {
  for (const bool is_signed : {false, true}) {
    const auto zone = make_zone(is_signed ? "edited-signed.example.org." : "edited.example.org.", is_signed);
    const double repairs = metric("content_repairs_total", "powerdns", ",result=\"done\"");
    EXPECT_TRUE(eventually(
        [&] {
          const bool is_mended = metric("content_repairs_total", "powerdns", ",result=\"done\"") > repairs;
          if (!is_mended) change_in_powerdns(zone.name);  // a second transfer of the new zone may have undone it
          return is_mended;
        },
        long_wait));
    EXPECT_TRUE(has(platform().powerdns(), zone, right));
    EXPECT_TRUE(eventually([&] { return faults(zone, "diverged").empty(); }, long_wait));
    EXPECT_TRUE(serves(platform().powerdns(), zone.name, zone.serial)) << "the serial is what it was";
  }
}

TEST_F(Proof, ARecordThatIsChangedInBindIsMended) {
  const auto zone = make_zone("filed.example.org.", false);
  change_in_bind(zone.name);
  EXPECT_TRUE(has(platform().bind(), zone, wrong) || has(platform().bind(), zone, right));
  EXPECT_TRUE(eventually([] { return metric("content_repairs_total", "bind", ",result=\"done\"") > 0; }, long_wait));
  EXPECT_TRUE(has(platform().bind(), zone, right));
  EXPECT_TRUE(eventually([&] { return faults(zone, "diverged").empty(); }, long_wait));
}

/// By its SOA record, so that the control channel tells the same as its answers; the next comparison of lists is far.
TEST_F(Proof, AZoneThatIsTakenBackIsFoundByAsking) {
  const auto zone = make_zone("back.example.org.", false);
  const auto old = std::to_string(zone.serial - 1);
  // Again and again: a second transfer of the new zone may be under way, and would undo it.
  EXPECT_TRUE(eventually(
      [&] {
        const auto taken_back = run({"sqlite3", platform().powerdns().folder() + "/db.sqlite",
                                     "pragma busy_timeout=10000; update records set content = replace(content, '" +
                                         std::to_string(zone.serial) + "', '" + old +
                                         "') where name = 'back.example.org' and type = 'SOA'"});
        EXPECT_EQ(taken_back.status, 0) << taken_back.err;
        return platform().pool_manager().metric(
                   "minidns_pool_manager_sweep_findings_total{kind=\"behind\",nameserver=\"powerdns\"}") > 0;
      },
      long_wait));
  EXPECT_TRUE(serves(platform().powerdns(), zone.name, zone.serial, long_wait));
  EXPECT_EQ(faults(zone, "diverged"), "") << "another serial is no other content";
}

TEST_F(Proof, WhatCannotBeMendedStaysShown) {
  const auto zone = make_zone("stuck.example.org.", false);
  // Without primaries' answers no transfer can help, and nothing may take the zone away.
  change_in_powerdns(zone.name);
  ASSERT_EQ(
      run({"sqlite3", platform().powerdns().folder() + "/db.sqlite",
           "create trigger wrong_again after insert on records when new.name = 'www.stuck.example.org' and new.type "
           "= 'A' begin update records set content = '" +
               std::string(wrong) + "' where id = new.id; end"})
          .status,
      0);
  EXPECT_TRUE(
      eventually([&] { return faults(zone, "diverged") == "powerdns " + std::to_string(zone.serial); }, long_wait));
  EXPECT_TRUE(eventually([] { return metric("zones", "powerdns", ",state=\"diverged\"") == 1; }, long_wait));
  EXPECT_TRUE(eventually(
      [&] { return sql("select repairs from content_faults where zone_id = '" + zone.id + "'") == "5"; }, long_wait))
      << "a limit of forced transfers";
  EXPECT_TRUE(eventually(
      [&] {
        return sql("select detail like '%did not help%' from content_faults where zone_id = '" + zone.id + "'") == "t";
      },
      long_wait));
  ASSERT_EQ(run({"sqlite3", platform().powerdns().folder() + "/db.sqlite",
                 "drop trigger wrong_again; update records set content = '" + std::string(right) +
                     "' where name = 'www.stuck.example.org' and type = 'A'"})
                .status,
            0);
  EXPECT_TRUE(eventually([&] { return faults(zone, "diverged").empty(); }, long_wait)) << "a later look finds it right";
}

TEST_F(Proof, SignaturesThatEndWithinTheMarginAreShownUntilTheyDoNot) {
  const auto zone = make_zone("expiring.example.org.", true);
  std::string all;
  for (const char* nameserver : {"bind", "knot", "nsd", "powerdns"}) {
    all += (all.empty() ? "" : "\n") + std::string(nameserver) + " " + std::to_string(zone.serial);
  }
  EXPECT_TRUE(eventually([&] { return faults(zone, "expiring") == all; }, long_wait)) << faults(zone, "expiring");
  EXPECT_NE(
      sql("select detail from content_faults where zone_id = '" + zone.id + "' limit 1").find("signatures end in"),
      std::string::npos);
  EXPECT_TRUE(eventually([] { return metric("zones", "bind", ",state=\"expiring\"") >= 1; }, long_wait));
  const double least = metric("signature_least_seconds", "bind");
  EXPECT_GT(least, 13 * 86'400.0);
  EXPECT_LT(least, 21 * 86'400.0);
  // Another manager, which knows of them from the database, and for which they don't end soon.
  auto& manager = platform().pool_manager();
  manager.stop();
  auto config = harness::read_file(manager.config_file());
  config.replace(config.find("signature_margin: 30d"), std::string("signature_margin: 30d").size(),
                 "signature_margin: 3d");
  harness::write_file(manager.config_file(), config);
  manager.start();
  EXPECT_TRUE(eventually([&] { return faults(zone, "expiring").empty(); }, long_wait)) << faults(zone, "expiring");
  EXPECT_TRUE(eventually([] { return metric("zones", "bind", ",state=\"ok\"") >= 1; }, long_wait));
}

/// Each rule as `name expression`, the expression on one line; fails on what is no rule file.
constexpr const char* read_rules = R"py(
import sys, yaml
for group in yaml.safe_load(open(sys.argv[1]))["groups"]:
    assert group["name"] and group["rules"]
    for rule in group["rules"]:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}, rule
        assert rule["labels"]["severity"] in ("page", "ticket"), rule
        assert rule["annotations"]["summary"], rule
        assert rule["expr"].count("(") == rule["expr"].count(")"), rule
        print(rule["alert"], " ".join(rule["expr"].split()))
)py";

TEST_F(Proof, AlertsNameMetricsThatProgramsExport) {
  const auto rules = run({"python3", "-c", read_rules, MINIDNS_ALERTS_FILE});
  ASSERT_EQ(rules.status, 0) << rules.err;
  // With a local store, which has metrics of its own.
  auto& mdns = platform().mdns(1);
  mdns.stop();
  harness::write_file(mdns.config_file(),
                      harness::read_file(mdns.config_file()) + "store: {path: " + platform().folder() + "/store-1}\n");
  mdns.start();
  std::string exported;
  for (auto* program : {&platform().central(), &platform().mdns(1), &platform().pool_manager()}) {
    exported += program->metrics();
  }
  const std::regex name("minidns_[a-z_]+");
  std::set<std::string> names;
  for (std::sregex_iterator at(rules.out.begin(), rules.out.end(), name), end; at != end; ++at) {
    names.insert(at->str());
  }
  EXPECT_GT(names.size(), 25U);
  for (const auto& metric : names) {
    const auto family = metric.ends_with("_bucket") ? metric.substr(0, metric.rfind('_')) : metric;
    EXPECT_NE(exported.find("# TYPE " + family + " "), std::string::npos) << metric << " is exported by no program";
  }
}

// The last: it changes the nameserver.
TEST_F(Proof, WhoRefusesTransfersIsCountedAndNoFault) {
  const auto zone = make_zone("refused.example.org.", false);
  auto& powerdns = platform().powerdns();
  powerdns.stop();
  const auto file = powerdns.folder() + "/pdns.conf";
  harness::write_file(file, harness::read_file(file) + "disable-axfr=yes\n");
  powerdns.start();
  EXPECT_TRUE(eventually([] { return compared("powerdns", "refused") > 0; }, long_wait));
  EXPECT_TRUE(serves(powerdns, zone.name, zone.serial));
  EXPECT_EQ(faults(zone, "diverged"), "");
}

}  // namespace
}  // namespace minidns::e2e
