// Zone files that `minidns sync --seed` writes: BIND's own checker takes them, servers start from them with no primary
// there, and go on by differences.
#include "tests/e2e/sync_fixture.hpp"
#include "tests/harness/ports.hpp"

#include <iostream>

namespace minidns::e2e {
namespace {

using harness::Process;
using harness::TempDir;
using harness::write_file;

constexpr auto long_wait = std::chrono::seconds(120);

class SyncSeed : public Sync {
 public:
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 protected:
  SyncSeed() : folder_("seed"), port_(harness::free_port()) {}

  [[nodiscard]] std::string path() const { return folder_.path().string(); }

  void TearDown() override {
    forget(id_);
    if (HasFailure()) std::cerr << harness::read_file(folder_ / "log");
    Sync::TearDown();
  }

  static void expect_ok(const CommandResult& result) { EXPECT_EQ(result.status, 0) << said(result); }

  /// How many differences the two mdns have sent.
  static double differences() {
    double sum = 0;
    for (int which : {1, 2})
      sum += platform_->mdns(which).metric("minidns_mdns_transfers_total{kind=\"ixfr\",result=\"complete\"}");
    return sum;
  }

  /// The server runs and no mdns does: it has everything from its files. Then one changes, and it gets the difference.
  void expect_warm_start() {
    const auto serials = wanted();
    EXPECT_TRUE(eventually([&] { return not_served(*this, serials).empty(); }, long_wait))
        << not_served(*this, serials);
    platform_->mdns(1).start();
    platform_->mdns(2).start();
    auto rest = platform_->rest("tenant");
    const auto zone = rest.get("/v2/zones?name=records.sync.example.").body.at("zones").as_array().at(0);
    const auto before = differences();
    create_recordset(rest, id_of(zone),
                     recordset_body("new" + std::to_string(port_) + ".records.sync.example.", "A", {"192.0.2.9"}));
    EXPECT_TRUE(serves(*this, "records.sync.example.", serial_of(rest, id_of(zone)), long_wait));
    EXPECT_GT(differences(), before);
  }

  static void stop_mdns() {
    platform_->mdns(1).stop();
    platform_->mdns(2).stop();
  }

  TempDir folder_;
  std::string address_ = "127.0.0.1";
  std::uint16_t port_;
  Process process_;
  std::string id_;  ///< of the nameserver
};

TEST_F(SyncSeed, BindStartsWarm) {
  id_ = describe("own", "bind", *this, {{"control_port", 953}}, "c2VjcmV0c2VjcmV0");
  expect_ok(platform_->minidns({"sync", "own", "--print", "auto", "--with-keys", "--output", path()}));
  const auto seeded = platform_->minidns({"sync", "own", "--seed", path()});
  expect_ok(seeded);
  EXPECT_NE(seeded.out.find("files of 301 of 301 zones"), std::string::npos) << said(seeded);
  const auto checked = harness::run({"named-checkzone", "-i", "none", "-f", "raw", "-D", "-o", "-",
                                     "records.sync.example.", folder_ / "records.sync.example.zone"});
  EXPECT_EQ(checked.status, 0) << said(checked);
  EXPECT_NE(checked.out.find("\"a \\\"quoted\\\" text\""), std::string::npos) << said(checked);
  write_file(folder_ / "named.conf", "include \"" + path() + "/minidns.keys\";\noptions {\n  directory \"" + path() +
                                         "\";\n  pid-file \"" + path() + "/pid\";\n  session-keyfile \"" + path() +
                                         "/session\";\n  lock-file none;\n  listen-on port " + std::to_string(port_) +
                                         " { " + address_ + "; };\n  listen-on-v6 { none; };\n  recursion no;\n" +
                                         "  dnssec-validation no;\n  include \"" + path() +
                                         "/minidns.options\";\n};\ncontrols { };\n");
  stop_mdns();
  process_ = Process({"named", "-g", "-n", "1", "-c", folder_ / "named.conf"}, {.log_file = folder_ / "log"});
  expect_warm_start();
}

TEST_F(SyncSeed, NsdStartsWarm) {
  const harness::ControlCertificates certificates;
  id_ = describe("own", "nsd", *this, {{"pattern", "pool"}}, json::value(certificates.credentials()));
  expect_ok(platform_->minidns({"sync", "own", "--print", "auto", "--with-keys", "--output", path()}));
  expect_ok(platform_->minidns({"sync", "own", "--seed", path(), "--jobs", "3"}));
  write_file(folder_ / "nsd.conf", "server:\n  ip-address: 127.0.0.1@" + std::to_string(port_) +
                                       "\n  username: \"\"\n  chroot: \"\"\n  zonesdir: \"" + path() +
                                       "\"\n  zonelistfile: \"" + path() + "/zone.list\"\n  xfrdfile: \"" + path() +
                                       "/xfrd\"\n  xfrdir: \"" + path() + "\"\n  pidfile: \"" + path() +
                                       "/pid\"\n  rrl-ratelimit: 0\nremote-control:\n  control-interface: \"" + path() +
                                       "/control\"\ninclude: \"" + path() + "/minidns.nsd.conf\"\n");
  stop_mdns();
  process_ = Process({"nsd", "-d", "-c", folder_ / "nsd.conf"}, {.log_file = folder_ / "log"});
  expect_warm_start();
}

TEST_F(SyncSeed, ZonesThatNobodyGivesAreNamed) {
  id_ = describe("own", "knot", *this, {{"control_socket", "/run/knot/knot.sock"}});
  stop_mdns();
  const auto result = platform_->minidns({"sync", "own", "--seed", path(), "--report", folder_ / "report"});
  platform_->mdns(1).start();
  platform_->mdns(2).start();
  EXPECT_EQ(result.status, 1) << said(result);
  EXPECT_NE(result.out.find("files of 0 of 301 zones"), std::string::npos) << said(result);
  EXPECT_NE(harness::read_file(folder_ / "report").find("missing\tz7.sync.example."), std::string::npos);
}

}  // namespace
}  // namespace minidns::e2e
