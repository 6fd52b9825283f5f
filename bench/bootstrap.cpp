// Bringing up an empty nameserver with many small zones: from its start (or from the first command) until it answers
// for all of them. Fed by mdns, and beside it, in the same run, by a Knot primary with the same zones; the list comes
// the same way each time, by `minidns sync`: printed into the server's configuration, the same with zone files
// (seeded; writing them counts), or driven at run time.
//
//   bench/bootstrap [ZONES] [ROUNDS] [SERVER[:MODE]…]    default 10000 zones, 2 rounds, bind powerdns knot nsd; all
//                                                       modes but seeded

#include "bench/measure.hpp"
#include "pool-manager/sync/transfers.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/knot_server.hpp"
#include "tests/harness/nsd_server.hpp"
#include "tests/harness/platform.hpp"
#include "tests/harness/ports.hpp"
#include "tests/harness/wait.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace minidns::bench {
namespace {

namespace json = boost::json;
using harness::Platform;
using harness::Process;
using harness::TempDir;
using harness::write_file;
using std::chrono::steady_clock;

constexpr std::chrono::minutes give_up{30};
constexpr std::uint32_t serial = 7;

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

std::string zone_name(std::size_t number) {
  return "z" + std::to_string(number) + ".boot.example.";
}

// RDATA with its length before it. Twelve records: SOA, two NS, eight A, one TXT, as in `zone_file`.
constexpr const char* insert_zones = R"(
begin;
insert into zones (id, name, name_key, project_id, pool_id, email, ttl, version, serial, epoch)
select gen_random_uuid(), 'z' || i || '.boot.example.',
  '\x6578616d706c6500626f6f7400'::bytea || convert_to('z' || i, 'UTF8') || '\x00', 'boot', 'POOL'::uuid,
  'a@boot.example', 3600, 1, 7, (select epoch from feed_head) from generate_series(1, COUNT) i;
insert into versions (zone_id, version, serial, kind) select id, 1, 7, 'create' from zones where project_id = 'boot';
insert into rrsets (zone_id, owner, type, ttl, since, rdata)
select z.id, '', t.type, 3600, 1, case t.type when 2 then '\x000a036e7331047465737400000a036e7332047465737400'::bytea
  when 16 then '\x000504626f6f74'::bytea
  else '\x002e036e7331047465737400016104'::bytea || '\x626f6f74076578616d706c6500000000070000'::bytea ||
       '\x0e100000025800093a800000012c'::bytea end
from zones z, (values (2), (6), (16)) t(type) where z.project_id = 'boot';
insert into rrsets (zone_id, owner, type, ttl, since, rdata)
select z.id, convert_to('h' || h, 'UTF8') || '\x00', 1, 3600, 1, '\x00040a00'::bytea || int2send(h::int2)
from zones z, generate_series(1, 8) h where z.project_id = 'boot';
commit;
analyze;)";

std::string zone_file() {
  std::string text =
      "$TTL 3600\n@ SOA ns1.test. a.boot.example. 7 3600 600 604800 300\n@ NS ns1.test.\n@ NS ns2.test.\n"
      "@ TXT boot\n";
  for (int host = 1; host <= 8; ++host) text += "h" + std::to_string(host) + " A 10.0.0." + std::to_string(host) + "\n";
  return text;
}

/// Asks until the server answers for all zones with the serial; at the pace of `minidns sync`.
void wait_for_all(std::uint16_t port, std::size_t zones) {
  pool::sync::Transfers transfers;
  for (std::size_t n = 1; n <= zones; ++n) {
    transfers.await({dns::Name::from_text(zone_name(n)).value(), dns::Serial(serial)}, steady_clock::now());
  }
  harness::SoaAsker asker("127.0.0.1", port);
  const auto end = steady_clock::now() + give_up;
  while (transfers.size() > 0) {
    if (steady_clock::now() > end) throw std::runtime_error(std::to_string(transfers.size()) + " zones never came");
    auto asked = transfers.take();
    std::vector<pool::SoaAnswer> answers;
    for (const auto& zone : asked) {
      const auto answer = asker.ask(zone.name.to_text());
      answers.push_back(answer && answer->serial ? pool::SoaAnswer(dns::Serial(*answer->serial))
                                                 : pool::SoaAnswer(pool::SoaFailure::servfail));
    }
    (void)transfers.settle(std::move(asked), answers, steady_clock::now());
    std::this_thread::sleep_until(transfers.next_at());
  }
}

/// The best a primary can do: everything in memory, no journal, one file for all zones.
class KnotPrimary {
 public:
  KnotPrimary(std::size_t zones, const harness::KeySpec& key) : folder_("knot-primary") {
    const auto folder = folder_.path().string();
    std::filesystem::create_directory(folder + "/db");
    write_file(folder_ / "zone", zone_file());
    std::string text = "server:\n  rundir: " + folder + "\n  user: root:root\n  listen: 127.0.0.1@" +
                       std::to_string(port_) + "\n  udp-workers: 1\n  tcp-workers: 2\ndatabase:\n  storage: " + folder +
                       "/db\nkey:\n  - id: " + key.name + "\n    algorithm: " + key.algorithm +
                       "\n    secret: " + key.secret + "\nacl:\n  - id: transfer\n    key: " + key.name +
                       "\n    action: transfer\ntemplate:\n  - id: default\n    file: " + folder +
                       "/zone\n    acl: transfer\n    zonefile-sync: -1\n    journal-content: none\n" +
                       "    semantic-checks: off\nzone:\n";
    for (std::size_t n = 1; n <= zones; ++n) text += "  - domain: " + zone_name(n) + "\n";
    write_file(folder_ / "knot.conf", text);
    server_ = Process({"knotd", "-c", folder_ / "knot.conf"}, {.log_file = folder_ / "log"});
    wait_for_all(port_, zones);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return server_.pid(); }

 private:
  TempDir folder_;
  std::uint16_t port_ = harness::free_port();
  Process server_;
};

struct Figures {
  std::vector<double> seconds;
  std::vector<double> server_cpu_s, primary_cpu_s;
};

class Bench {
 public:
  Bench(std::size_t zones, int rounds) : zones_(zones), rounds_(rounds), platform_(options()) {
    platform_.pool_manager().stop();
    platform_.mdns(2).stop();
    platform_.mdns(1).stop();
    const auto sql = replaced(replaced(insert_zones, "POOL", platform_.pool_id()), "COUNT", std::to_string(zones));
    (void)platform_.postgres().sql("minidns", sql, give_up);
    const auto numbered = [&] {
      return std::stoull(platform_.postgres().sql("minidns", "select number_changes()")) >= zones;
    };
    if (!harness::eventually(numbered, give_up)) throw std::runtime_error("the zones were not numbered");
    platform_.mdns(1).start();
    wait_for_all_at("127.0.0.1", platform_.mdns_port());
    knot_ = std::make_unique<KnotPrimary>(zones, platform_.transfer_key());
  }

  /// `mode`: printed, seeded, driven.
  void run(const std::string& server, const std::string& mode) {
    std::map<std::string, Figures> figures;
    for (int round = 0; round < rounds_; ++round) {
      for (const std::string primary : {"knot", "mdns"}) {
        feed_from(primary == "knot" ? knot_->port() : platform_.mdns_port());
        measure(server, mode, primary == "knot" ? knot_->pid() : platform_.mdns(1).pid(), figures[primary]);
      }
    }
    print(server, mode, figures);
  }

 private:
  static harness::PlatformOptions options() {
    return {.bind = false, .powerdns = false, .log_level = "info", .pool_manager_config = ""};
  }

  void wait_for_all_at(const std::string&, std::uint16_t port) const {
    harness::SoaAsker asker("127.0.0.1", port);
    if (!harness::eventually([&] { return asker.ask(zone_name(zones_)).has_value(); }, give_up)) {
      throw std::runtime_error("mdns doesn't answer");
    }
  }

  void feed_from(std::uint16_t port) {
    auto admin = platform_.rest("operator", "admin");
    Platform::created(
        admin.patch("/v2/pools/" + platform_.pool_id(),
                    json::object{{"primaries", json::array{json::object{{"address", "127.0.0.1"}, {"port", port}}}}}));
  }

  std::string describe(const std::string& driver, std::uint16_t port, const json::object& settings,
                       const json::value& secret) {
    auto admin = platform_.rest("operator", "admin");
    const auto keys = admin.get("/v2/tsigkeys").body.at("tsigkeys").as_array();
    json::object body{{"name", driver},       {"pool_id", platform_.pool_id()},
                      {"driver", driver},     {"address", "127.0.0.1"},
                      {"port", port},         {"state", "bootstrapping"},
                      {"settings", settings}, {"transfer_key_id", keys.at(0).at("id")}};
    if (!secret.is_null()) body["secret"] = secret;
    return std::string(Platform::created(admin.post("/v2/nameservers", body)).at("id").as_string());
  }

  void sync(std::vector<std::string> arguments) {
    const auto result = platform_.minidns(arguments, give_up);
    if (result.status != 0) throw std::runtime_error("minidns: " + result.out + result.err);
  }

  void measure(const std::string& server, const std::string& mode, pid_t primary, Figures& figures);
  void measure_driven(const std::string& server, const std::function<void(pid_t)>& done,
                      const std::function<void()>& begin);
  Process start_printed(const std::string& server, const TempDir& folder, std::uint16_t port);

  void print(const std::string& server, const std::string& mode, std::map<std::string, Figures>& figures) const {
    const auto least = [](const std::vector<double>& values) { return *std::ranges::min_element(values); };
    for (auto& [primary, f] : figures) {
      std::printf("%-8s %-7s from %-4s", server.c_str(), mode.c_str(), primary.c_str());
      for (const double seconds : f.seconds) std::printf(" %7.2f s", seconds);
      std::printf("   CPU: server %6.2f s, primary %5.2f s\n", least(f.server_cpu_s), least(f.primary_cpu_s));
    }
    double sum = 0;
    for (int round = 0; round < rounds_; ++round) {
      const auto at = static_cast<std::size_t>(round);
      sum += figures["mdns"].seconds[at] / figures["knot"].seconds[at];
    }
    std::printf("%-8s %-7s mdns/knot: least %.2f, mean of rounds %.2f\n", server.c_str(), mode.c_str(),
                least(figures["mdns"].seconds) / least(figures["knot"].seconds), sum / rounds_);
    std::fflush(stdout);
  }

  std::size_t zones_;
  int rounds_;
  Platform platform_;
  std::unique_ptr<KnotPrimary> knot_;
};

void Bench::measure(const std::string& server, const std::string& mode, pid_t primary, Figures& figures) {
  double primary_before = 0;
  steady_clock::time_point start;
  const auto begin = [&] {
    primary_before = cpu_seconds(primary);
    start = steady_clock::now();
  };
  const auto done = [&](pid_t pid) {
    figures.seconds.push_back(std::chrono::duration<double>(steady_clock::now() - start).count());
    figures.server_cpu_s.push_back(cpu_seconds(pid));
    figures.primary_cpu_s.push_back(cpu_seconds(primary) - primary_before);
  };
  if (mode == "driven") {
    measure_driven(server, done, begin);
    return;
  }
  const TempDir folder("bootstrap");
  const auto port = harness::free_port();
  const harness::ControlCertificates certificates;
  const json::object settings = server == "powerdns" ? json::object{{"api_url", "http://127.0.0.1:8081"}}
                                : server == "nsd"    ? json::object{{"pattern", "pool"}}
                                : server == "knot"   ? json::object{{"control_socket", folder / "knot.sock"}}
                                                     : json::object{};
  const json::value secret = server == "nsd"    ? json::value(certificates.credentials())
                             : server == "knot" ? json::value()
                                                : json::value("c2VjcmV0c2VjcmV0");
  const auto id = describe(server, port, settings, secret);
  sync({"sync", id, "--print", "auto", "--with-keys", "--output", folder.path().string()});
  begin();
  if (mode == "seeded") sync({"sync", id, "--seed", folder.path().string()});
  const Process process = start_printed(server, folder, port);
  wait_for_all(port, zones_);
  done(process.pid());
  (void)platform_.rest("operator", "admin").del("/v2/nameservers/" + id);
}

/// With what a machine needs beside the printed configuration.
Process Bench::start_printed(const std::string& server, const TempDir& folder, std::uint16_t port) {
  const auto path = folder.path().string();
  const auto number = std::to_string(port);
  const harness::ProcessOptions options{.log_file = folder / "log"};
  if (server == "bind") {
    write_file(folder / "named.conf",
               "include \"" + path + "/minidns.keys\";\noptions { directory \"" + path + "\"; pid-file \"" + path +
                   "/pid\"; session-keyfile \"" + path + "/session\"; lock-file none; listen-on port " + number +
                   " { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no; include \"" + path +
                   "/minidns.options\"; };\ncontrols { };\nlogging { category default { null; }; };\n");
    return Process({"named", "-g", "-c", folder / "named.conf"}, options);
  }
  if (server == "powerdns") {
    for (const std::string& script :
         {std::string("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"), folder / "minidns.sql"}) {
      (void)harness::run({"sqlite3", folder / "db"}, harness::read_file(script), give_up);
    }
    write_file(folder / "pdns.conf", "launch=gsqlite3\ngsqlite3-database=" + path +
                                         "/db\ngsqlite3-dnssec=yes\nlocal-address=127.0.0.1\nlocal-port=" + number +
                                         "\nsocket-dir=" + path + "\nloglevel=3\n" +
                                         harness::read_file(folder / "minidns.pdns.conf"));
    return Process({"pdns_server", "--config-dir=" + path, "--daemon=no", "--guardian=no", "--disable-syslog"},
                   options);
  }
  if (server == "knot") {
    const auto file = folder / "knot.conf";
    write_file(file,
               replaced(harness::read_file(file), "server:\n", "server:\n  rundir: " + path + "\n  user: root:root\n") +
                   "control:\n  listen: " + path + "/knot.sock\ndatabase:\n  storage: " + path + "/db\n");
    std::filesystem::create_directory(path + "/db");
    return Process({"knotd", "-c", file}, options);
  }
  write_file(folder / "nsd.conf", "server:\n  ip-address: 127.0.0.1@" + number +
                                      "\n  username: \"\"\n  chroot: \"\"\n  zonesdir: \"" + path +
                                      "\"\n  zonelistfile: \"" + path + "/zone.list\"\n  xfrdfile: \"" + path +
                                      "/xfrd\"\n  xfrdir: \"" + path + "\"\n  pidfile: \"" + path +
                                      "/pid\"\n  rrl-ratelimit: 0\nremote-control:\n  control-interface: \"" + path +
                                      "/control\"\ninclude: \"" + path + "/minidns.nsd.conf\"\n");
  return Process({"nsd", "-d", "-c", folder / "nsd.conf"}, options);
}

void Bench::measure_driven(const std::string& server, const std::function<void(pid_t)>& done,
                           const std::function<void()>& begin) {
  const auto drive = [&](auto& running, const json::object& settings, const json::value& secret) {
    const auto id = describe(server, running.port(), settings, secret);
    begin();
    sync({"sync", id});
    done(running.process().pid());
    (void)platform_.rest("operator", "admin").del("/v2/nameservers/" + id);
  };
  const auto& key = platform_.transfer_key();
  if (server == "bind") {
    harness::BindServer bind({key});
    const auto statistics = "http://" + bind.address() + ":" + std::to_string(bind.statistics_port());
    drive(bind, {{"control_port", bind.control_port()}, {"statistics_url", statistics}},
          json::value(bind.control_key().secret));
  } else if (server == "powerdns") {
    harness::PowerdnsServer powerdns;
    drive(powerdns, {{"api_url", powerdns.api_url()}}, json::value(powerdns.api_key()));
  } else if (server == "knot") {
    harness::KnotServer knot({});
    drive(knot, {{"control_socket", knot.control_socket()}}, nullptr);
  } else {
    harness::NsdServer nsd({key}, "127.0.0.1", harness::NsdServer::Control::tls);
    auto admin = platform_.rest("operator", "admin");
    const auto primary = admin.get("/v2/pools/" + platform_.pool_id()).body.at("primaries").as_array().at(0);
    const auto port = static_cast<std::uint16_t>(primary.at("port").to_number<int>());
    const auto pattern = nsd.add_pattern({{"127.0.0.1", port, key.name}});
    drive(nsd, {{"pattern", pattern}, {"control_port", nsd.control_port()}},
          json::value(nsd.control_certificates().credentials()));
  }
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const auto zones = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 10'000;
  const auto rounds = argc > 2 ? std::atoi(argv[2]) : 2;
  std::vector<std::string> servers(argv + std::min(argc, 3), argv + argc);
  if (servers.empty()) servers = {"bind", "powerdns", "knot", "nsd"};
  minidns::bench::Bench bench(zones, rounds);
  for (const auto& server : servers) {
    const auto colon = server.find(':');
    if (colon != std::string::npos) {
      bench.run(server.substr(0, colon), server.substr(colon + 1));
      continue;
    }
    bench.run(server, "printed");
    bench.run(server, "driven");
  }
  return 0;
}
