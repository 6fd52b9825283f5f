// Configurations that `minidns sync --print` writes: the servers' own checkers take them, and servers that start with
// them serve everything without another word.
#include "tests/e2e/sync_fixture.hpp"
#include "tests/harness/ports.hpp"

#include <filesystem>

namespace minidns::e2e {
namespace {

using harness::Process;
using harness::TempDir;
using harness::write_file;

constexpr auto long_wait = std::chrono::seconds(120);

/// A server that a test starts by hand.
struct OwnServer {
  explicit OwnServer(const std::string& purpose) : folder(purpose) {}
  [[nodiscard]] const std::string& address() const { return address_text; }
  [[nodiscard]] std::uint16_t port() const { return port_number; }
  [[nodiscard]] std::string log() const { return harness::read_file(folder / "log"); }

  TempDir folder;
  std::string address_text = "127.0.0.1";
  std::uint16_t port_number = harness::free_port();
  Process process;
};

class SyncPrint : public Sync {
 protected:
  /// Writes the configuration of a nameserver of this driver at the server's address into its folder.
  static void print(const OwnServer& server, const std::string& driver, const json::object& settings,
                    const json::value& secret, std::vector<std::string> arguments) {
    const auto id = describe("own", driver, server, settings, secret);
    arguments.insert(arguments.begin(), {"sync", "own"});
    arguments.insert(arguments.end(), {"--output", server.folder.path().string(), "--with-keys"});
    const auto result = platform_->minidns(arguments);
    EXPECT_EQ(result.status, 0) << said(result);
    forget(id);
  }

  static void expect_all_served(const OwnServer& server) {
    const auto serials = wanted();
    EXPECT_TRUE(eventually([&] { return not_served(server, serials).empty(); }, long_wait))
        << not_served(server, serials) << server.log();
  }

  static void check(const std::vector<std::string>& command) {
    const auto result = harness::run(command);
    EXPECT_EQ(result.status, 0) << command.front() << ": " << said(result);
  }

  static void start_knot(OwnServer& server) {
    const auto folder = server.folder.path().string();
    const auto file = server.folder / "knot.conf";
    // What depends on the machine.
    auto text = harness::read_file(file);
    text.replace(text.find("server:\n"), 8, "server:\n  rundir: " + folder + "\n  user: root:root\n");
    write_file(file, text + "control:\n  listen: " + folder + "/knot.sock\ndatabase:\n  storage: " + folder +
                         "/db\nlog:\n  - target: stderr\n    any: info\n");
    std::filesystem::create_directory(server.folder / "db");
    check({"knotc", "-c", file, "conf-check"});
    check({"knotc", "-f", "-C", server.folder / "confdb", "conf-import", file});
    server.process = Process({"knotd", "-C", server.folder / "confdb"}, {.log_file = server.folder / "log"});
  }

  static json::object bind_settings() { return {{"control_port", 953}}; }
  static void start_bind(OwnServer& server, const std::string& more_options, const std::string& more) {
    const auto folder = server.folder.path().string();
    const auto file = server.folder / "named.conf";
    write_file(file,
               "include \"" + folder + "/minidns.keys\";\noptions {\n  directory \"" + folder + "\";\n  pid-file \"" +
                   folder + "/pid\";\n  session-keyfile \"" + folder +
                   "/session\";\n  lock-file none;\n  listen-on port " + std::to_string(server.port()) + " { " +
                   server.address() + "; };\n  listen-on-v6 { none; };\n  recursion no;\n  dnssec-validation no;" +
                   "\n  include \"" + folder + "/minidns.options\";\n" + more_options + "};\ncontrols { };\n" + more);
    check({"named-checkconf", file});
    server.process = Process({"named", "-g", "-n", "1", "-c", file}, {.log_file = server.folder / "log"});
  }
};

TEST_F(SyncPrint, BindStartsWithIncludedZones) {
  OwnServer server("bind-zones");
  print(server, "bind", bind_settings(), "c2VjcmV0c2VjcmV0", {"--print", "bind"});
  start_bind(server, "", "include \"" + server.folder.path().string() + "/minidns.zones\";\n");
  expect_all_served(server);
}

TEST_F(SyncPrint, BindStartsWithItsListOfAddedZonesWhichRndcCanChange) {
  OwnServer server("bind-nzf");
  print(server, "bind", bind_settings(), "c2VjcmV0c2VjcmV0", {"--print", "auto"});
  ASSERT_TRUE(std::filesystem::exists(server.folder / "_default.nzf"));
  start_bind(server, "", "");
  expect_all_served(server);
  EXPECT_TRUE(std::filesystem::exists(server.folder / "_default.nzd")) << server.log();
}

TEST_F(SyncPrint, BindStartsWithTheCatalog) {
  auto admin = platform_->rest("operator", "admin");
  const json::object catalogs{
      {"catalogs", json::array{json::object{{"family", "bind"}, {"name", "bind.catalog.invalid."}},
                               json::object{{"family", "knot"}, {"name", "knot.catalog.invalid."}}}}};
  ASSERT_EQ(admin.patch("/v2/pools/" + platform_->pool_id(), catalogs).status, 202);
  OwnServer server("bind-catalog");
  print(server, "catalog", {{"family", "bind"}}, nullptr, {"--print", "auto"});
  start_bind(server, "", "include \"" + server.folder.path().string() + "/minidns.zones\";\n");
  expect_all_served(server);
  OwnServer knot("knot-catalog");
  print(knot, "catalog", {{"family", "knot"}}, nullptr, {"--print", "auto"});
  start_knot(knot);
  expect_all_served(knot);
}

TEST_F(SyncPrint, KnotStartsWithItsConfiguration) {
  OwnServer server("knot");
  print(server, "knot", {{"control_socket", server.folder / "knot.sock"}}, nullptr, {"--print", "auto"});
  start_knot(server);
  expect_all_served(server);
}

TEST_F(SyncPrint, NsdStartsWithItsZoneList) {
  const harness::ControlCertificates certificates;
  OwnServer server("nsd");
  print(server, "nsd", {{"pattern", "pool"}}, json::value(certificates.credentials()), {"--print", "nsd"});
  const auto folder = server.folder.path().string();
  const auto file = server.folder / "nsd.conf";
  write_file(file, "server:\n  ip-address: 127.0.0.1@" + std::to_string(server.port()) +
                       "\n  username: \"\"\n  chroot: \"\"\n  zonesdir: \"" + folder + "\"\n  zonelistfile: \"" +
                       folder + "/zone.list\"\n  xfrdfile: \"" + folder + "/xfrd\"\n  xfrdir: \"" + folder +
                       "\"\n  pidfile: \"" + folder + "/pid\"\n  rrl-ratelimit: 0\n  verbosity: 1\n" +
                       "remote-control:\n  control-interface: \"" + folder + "/control\"\ninclude: \"" + folder +
                       "/minidns.nsd.conf\"\n");
  check({"nsd-checkconf", file});
  server.process = Process({"nsd", "-d", "-c", file}, {.log_file = server.folder / "log"});
  expect_all_served(server);
}

TEST_F(SyncPrint, PowerdnsStartsWithItsRows) {
  OwnServer server("powerdns");
  print(server, "powerdns", {{"api_url", "http://127.0.0.1:8081"}}, "key", {"--print", "auto"});
  const auto folder = server.folder.path().string();
  for (const std::string& script :
       {std::string("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"), server.folder / "minidns.sql",
        server.folder / "minidns.sql"}) {  // it may be run again
    const auto result = harness::run({"sqlite3", server.folder / "db"}, harness::read_file(script));
    ASSERT_EQ(result.status, 0) << script << ": " << said(result);
  }
  write_file(server.folder / "pdns.conf", "launch=gsqlite3\ngsqlite3-database=" + folder +
                                              "/db\ngsqlite3-dnssec=yes\nlocal-address=127.0.0.1\n" +
                                              "local-port=" + std::to_string(server.port()) + "\nsocket-dir=" + folder +
                                              "\n" + harness::read_file(server.folder / "minidns.pdns.conf"));
  server.process =
      Process({"pdns_server", "--config-dir=" + folder, "--daemon=no", "--guardian=no", "--disable-syslog"},
              {.log_file = server.folder / "log"});
  expect_all_served(server);
}

TEST_F(SyncPrint, SecretsAreWrittenOnRequestOnly) {
  OwnServer server("secrets");
  const auto id = describe("own", "bind", server, bind_settings(), "c2VjcmV0c2VjcmV0");
  for (const char* kind : {"bind", "powerdns", "powerdns-mysql", "knot", "nsd"}) {
    const auto hidden = platform_->minidns({"sync", "own", "--print", kind});
    EXPECT_EQ(hidden.status, 0) << said(hidden);
    EXPECT_EQ(hidden.out.find(platform_->transfer_key().secret), std::string::npos) << kind;
    EXPECT_NE(hidden.out.find("--with-keys"), std::string::npos) << kind;
    const auto shown = platform_->minidns({"sync", "own", "--print", kind, "--with-keys"});
    EXPECT_NE(shown.out.find(platform_->transfer_key().secret), std::string::npos) << kind;
  }
  const auto wrong = platform_->minidns({"sync", "own", "--print", "djbdns"});
  EXPECT_EQ(wrong.status, 2) << said(wrong);
  forget(id);
}

}  // namespace
}  // namespace minidns::e2e
