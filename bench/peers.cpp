#include "bench/peers.hpp"

#include "tests/harness/dns_probe.hpp"
#include "tests/harness/ports.hpp"
#include "tests/harness/wait.hpp"

#include <filesystem>
#include <stdexcept>

namespace minidns::bench {

using harness::KeySpec;
using harness::write_file;

namespace {

// Loading a million records takes the slowest of them most of a minute.
constexpr std::chrono::minutes load_limit{3};

class Knot final : public Peer {
 public:
  Knot(const std::string& zone, const std::string& zone_file, const KeySpec& key, Updates updates) : Peer("knot") {
    std::filesystem::create_directory(folder_.path() / "db");
    const auto folder = folder_.path().string();
    write_file(
        folder_ / "knot.conf",
        "server:\n  rundir: " + folder + "\n  user: root:root\n  listen: 127.0.0.1@" + std::to_string(port_) +
            "\n  udp-workers: 1\n  tcp-workers: 1\ndatabase:\n  storage: " + folder + "/db\nkey:\n  - id: " + key.name +
            "\n    algorithm: " + key.algorithm + "\n    secret: " + key.secret +
            "\nacl:\n  - id: transfer\n    key: " + key.name +
            "\n    action: transfer\n  - id: plain\n    address: 127.0.0.1\n    action: [transfer, update]\nzone:\n  - "
            "domain: " +
            zone + "\n    file: " + zone_file +
            "\n    acl: [transfer, plain]\n    zonefile-load: whole\n    zonefile-sync: -1\n    journal-content: " +
            (updates == Updates::taken ? "changes" : "none") + "\n" + "    semantic-checks: off\n");
    start({"knotd", "-c", folder_ / "knot.conf"}, zone);
  }
  [[nodiscard]] std::string name() const override { return "Knot"; }
};

class Nsd final : public Peer {
 public:
  Nsd(const std::string& zone, const std::string& zone_file, const KeySpec& key) : Peer("nsd") {
    const auto folder = folder_.path().string();
    write_file(
        folder_ / "nsd.conf",
        "server:\n  ip-address: 127.0.0.1@" + std::to_string(port_) +
            "\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  zonelistfile: " + folder +
            "/list\n  xfrdfile: " + folder + "/xfrd\n  xfrdir: " + folder + "\n  pidfile: " + folder +
            "/pid\n  rrl-ratelimit: 0\n  server-count: 1\nremote-control:\n  control-enable: no\nkey:\n  name: " +
            key.name + "\n  algorithm: " + key.algorithm + "\n  secret: \"" + key.secret +
            "\"\nzone:\n  name: " + zone + "\n  zonefile: " + zone_file + "\n  provide-xfr: 127.0.0.1 " + key.name +
            "\n  provide-xfr: 127.0.0.1 NOKEY\n");
    start({"nsd", "-d", "-c", folder_ / "nsd.conf"}, zone);
  }
  [[nodiscard]] std::string name() const override { return "NSD"; }
};

class Bind final : public Peer {
 public:
  Bind(const std::string& zone, const std::string& zone_file, const KeySpec& key, Updates updates) : Peer("named") {
    const auto folder = folder_.path().string();
    write_file(folder_ / "named.conf",
               "key \"" + key.name + "\" { algorithm " + key.algorithm + "; secret \"" + key.secret +
                   "\"; };\noptions { directory \"" + folder + "\"; pid-file \"" + folder +
                   "/pid\"; session-keyfile \"" + folder + "/session\"; lock-file none; listen-on port " +
                   std::to_string(port_) +
                   " { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no;" +
                   " notify no; };\ncontrols { };\nzone \"" + zone + "\" { type primary; file \"" + zone_file +
                   "\"; allow-transfer { key \"" + key.name + "\"; 127.0.0.1; }; " +
                   (updates == Updates::taken ? "allow-update { 127.0.0.1; }; " : "") + "};\n");
    start({"named", "-g", "-n", "2", "-c", folder_ / "named.conf"}, zone);
  }
  [[nodiscard]] std::string name() const override { return "BIND"; }
};

class Powerdns final : public Peer {
 public:
  Powerdns(const std::string& zone, const std::string& zone_file, const KeySpec& key) : Peer("pdns") {
    const auto folder = folder_.path().string();
    checked({"sqlite3", folder_ / "db"},
            harness::read_file("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql"));
    write_file(folder_ / "pdns.conf",
               "launch=gsqlite3\ngsqlite3-database=" + folder + "/db\ngsqlite3-pragma-synchronous=0\n" +
                   "gsqlite3-dnssec=yes\nlocal-address=127.0.0.1\nlocal-port=" + std::to_string(port_) +
                   "\nsocket-dir=" + folder + "\nallow-axfr-ips=127.0.0.1\nreceiver-threads=1\nloglevel=3\n");
    pdnsutil({"load-zone", zone, zone_file});
    pdnsutil({"import-tsig-key", key.name, key.algorithm, key.secret});
    pdnsutil({"activate-tsig-key", zone, key.name, "primary"});
    start({"pdns_server", "--config-dir=" + folder, "--daemon=no", "--guardian=no", "--disable-syslog"}, zone);
  }
  [[nodiscard]] std::string name() const override { return "PowerDNS"; }

 private:
  static void checked(const std::vector<std::string>& command, const std::string& input = {}) {
    const auto result = harness::run(command, input, load_limit);
    if (result.status != 0) throw std::runtime_error(command.front() + ": " + result.err);
  }
  void pdnsutil(std::vector<std::string> command) {
    command.insert(command.begin(), {"pdnsutil", "--config-dir=" + folder_.path().string()});
    checked(command);
  }
};

}  // namespace

Peer::Peer(std::string purpose) : folder_(purpose), port_(harness::free_port()) {}

void Peer::start(const std::vector<std::string>& command, const std::string& zone) {
  server_ = harness::Process(command, {.log_file = folder_ / "log"});
  harness::SoaAsker asker("127.0.0.1", port_);
  const bool up = harness::eventually(
      [&] {
        if (!server_.running()) return true;
        const auto answer = asker.ask(zone);
        return answer && answer->serial;
      },
      load_limit);
  if (!up || !server_.running()) throw std::runtime_error("peer did not start: " + harness::read_file(folder_ / "log"));
}

std::unique_ptr<Peer> start_knot(const std::string& zone, const std::string& zone_file, const KeySpec& key,
                                 Updates updates) {
  return std::make_unique<Knot>(zone, zone_file, key, updates);
}
std::unique_ptr<Peer> start_nsd(const std::string& zone, const std::string& zone_file, const KeySpec& key) {
  return std::make_unique<Nsd>(zone, zone_file, key);
}
std::unique_ptr<Peer> start_bind(const std::string& zone, const std::string& zone_file, const KeySpec& key,
                                 Updates updates) {
  return std::make_unique<Bind>(zone, zone_file, key, updates);
}

std::unique_ptr<Peer> start_powerdns(const std::string& zone, const std::string& zone_file, const KeySpec& key) {
  return std::make_unique<Powerdns>(zone, zone_file, key);
}

}  // namespace minidns::bench
