#include "tests/e2e/primaries.hpp"

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/ports.hpp"
#include "tests/harness/wait.hpp"

#include <filesystem>
#include <stdexcept>

namespace minidns::e2e {

using harness::CommandResult;
using harness::eventually;
using harness::KeySpec;
using harness::Process;
using harness::run;
using harness::write_file;

namespace {

void check(const CommandResult& result, const std::string& what) {
  if (result.status != 0) throw std::runtime_error(what + ": " + result.out + result.err);
}

std::string key_clause(const KeySpec& key) {
  return "key \"" + key.name + "\" { algorithm " + key.algorithm + "; secret \"" + key.secret + "\"; };\n";
}

bool answers(const std::string& address, std::uint16_t port, const std::string& zone) {
  harness::SoaAsker asker(address, port);
  const auto answer = asker.ask(zone);
  return answer && answer->serial;
}

std::string without_dot(const std::string& zone) {
  return zone.substr(0, zone.size() - 1);
}

}  // namespace

BindPrimary::BindPrimary(KeySpec key, const std::vector<PrimaryZone>& zones, std::vector<std::string> notified)
    : folder_("bind-primary"), key_(std::move(key)), port_(harness::free_port()), control_port_(harness::free_port()) {
  const auto folder = folder_.path().string();
  const KeySpec control{"control", "hmac-sha256", to_base64(random_bytes(32))};
  std::string also;
  for (const auto& target : notified) also += target + "; ";
  std::string text = key_clause(key_) + key_clause(control) + "options { directory \"" + folder + "\"; pid-file \"" +
                     folder + "/named.pid\"; session-keyfile \"" + folder +
                     "/session.key\"; lock-file none; listen-on port " + std::to_string(port_) +
                     " { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no; notify explicit;"
                     " notify-delay 0; also-notify { " +
                     also + "}; allow-transfer { key \"" + key_.name + "\"; }; };\n" +
                     "controls { inet 127.0.0.1 port " + std::to_string(control_port_) +
                     " allow { 127.0.0.1; } keys { \"control\"; }; };\n";
  for (const auto& zone : zones) {
    const auto file = folder_ / (zone.name + "zone");
    write_file(file, zone.text);
    text += "zone \"" + zone.name + "\" { type primary; file \"" + file + "\"; " +
            (zone.dynamic ? "allow-update { 127.0.0.1; };" : "ixfr-from-differences yes;") + " };\n";
  }
  write_file(folder_ / "named.conf", text);
  write_file(folder_ / "rndc.conf", key_clause(control) + "options { default-key \"control\"; };\n");
  start();
}

void BindPrimary::start() {
  server_ = Process({"named", "-g", "-n", "1", "-c", folder_ / "named.conf"}, {.log_file = folder_ / "log"});
  if (!eventually([&] { return !server_.running() || rndc({"status"}).status == 0; }) || !server_.running()) {
    throw std::runtime_error("named did not start: " + log());
  }
}

CommandResult BindPrimary::rndc(const std::vector<std::string>& command) const {
  std::vector<std::string> arguments{"rndc",      "-c", folder_ / "rndc.conf",        "-s",
                                     "127.0.0.1", "-p", std::to_string(control_port_)};
  arguments.insert(arguments.end(), command.begin(), command.end());
  return run(arguments);
}

void BindPrimary::replace(const PrimaryZone& zone) const {
  write_file(folder_ / (zone.name + "zone"), zone.text);
  check(rndc({"reload", zone.name}), "rndc reload");
}

void BindPrimary::restart_with(const PrimaryZone& zone) {
  stop();
  std::filesystem::remove(folder_ / (zone.name + "zone.jnl"));
  write_file(folder_ / (zone.name + "zone"), zone.text);
  start();
}

void BindPrimary::update(const std::string& zone, const std::vector<std::string>& lines) const {
  std::string input = "server 127.0.0.1 " + std::to_string(port_) + "\nzone " + zone + "\n";
  for (const auto& line : lines) input += "update " + line + "\n";
  check(run({"nsupdate"}, input + "send\n"), "nsupdate");
}

KnotPrimary::KnotPrimary(KeySpec key, const PrimaryZone& zone,
                         const std::vector<std::pair<std::string, std::uint16_t>>& notified)
    : folder_("knot-primary"), key_(std::move(key)), port_(harness::free_port()) {
  const auto folder = folder_.path().string();
  std::filesystem::create_directory(folder_ / "db");
  write_file(folder_ / "zone", zone.text);
  std::string remotes, names;
  for (std::size_t i = 0; i < notified.size(); ++i) {
    const auto id = "m" + std::to_string(i);
    remotes += "  - id: " + id + "\n    address: " + notified[i].first + "@" + std::to_string(notified[i].second) +
               "\n    key: " + without_dot(key_.name) + "\n";
    names += (i == 0 ? "" : ", ") + id;
  }
  write_file(folder_ / "knot.conf",
             "server:\n  user: root:root\n  rundir: " + folder + "\n  listen: 127.0.0.1@" + std::to_string(port_) +
                 "\nlog:\n  - target: stderr\n    any: info\ndatabase:\n  storage: " + folder + "/db\nkey:\n  - id: " +
                 without_dot(key_.name) + "\n    algorithm: " + key_.algorithm + "\n    secret: " + key_.secret +
                 "\nremote:\n" + remotes + "acl:\n  - id: out\n    key: " + without_dot(key_.name) +
                 "\n    action: transfer\nzone:\n  - domain: " + zone.name + "\n    file: " + folder +
                 "/zone\n    acl: out\n    notify: [" + names +
                 "]\n    zonefile-sync: -1\n    zonefile-load: difference\n    journal-content: changes\n");
  server_ = Process({"knotd", "-c", folder_ / "knot.conf"}, {.log_file = folder_ / "log"});
  if (!eventually([&] { return !server_.running() || answers("127.0.0.1", port_, zone.name); }) || !server_.running()) {
    throw std::runtime_error("knotd did not start: " + log());
  }
}

KnotPrimary::~KnotPrimary() = default;

void KnotPrimary::replace(const PrimaryZone& zone) const {
  write_file(folder_ / "zone", zone.text);
  check(run({"knotc", "-s", folder_ / "knot.sock", "zone-reload", zone.name}), "knotc");
}

std::vector<std::string> records_of(const std::string& address, std::uint16_t port, const std::string& zone,
                                    const KeySpec* key) {
  std::vector<std::string> question{zone, "AXFR"};
  if (key != nullptr) question.push_back("-y" + key->algorithm + ":" + key->name + ":" + key->secret);
  auto lines = harness::dig(address, port, question);
  std::erase_if(lines, [](const std::string& line) { return line.find("\tANY\tTSIG\t") != std::string::npos; });
  return lines;
}

PrimaryZone sign_with_bind(const harness::TempDir& folder, const PrimaryZone& zone,
                           const std::vector<std::string>& options) {
  const auto path = folder.path().string();
  const bool has_keys = std::filesystem::exists(folder / (zone.name + "bind-keys"));
  if (!has_keys) {
    check(run({"dnssec-keygen", "-q", "-K", path, "-a", "ECDSAP256SHA256", "-f", "KSK", zone.name}), "dnssec-keygen");
    check(run({"dnssec-keygen", "-q", "-K", path, "-a", "ECDSAP256SHA256", zone.name}), "dnssec-keygen");
    write_file(folder / (zone.name + "bind-keys"), "");
  }
  write_file(folder / "unsigned", zone.text);
  std::vector<std::string> command{"dnssec-signzone", "-q", "-S", "-K", path, "-o", zone.name, "-f", folder / "signed"};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(folder / "unsigned");
  check(run(command, {}, std::chrono::seconds(60), {.folder = path}), "dnssec-signzone");
  return {zone.name, harness::read_file(folder / "signed")};
}

PrimaryZone sign_with_ldns(const harness::TempDir& folder, const PrimaryZone& zone,
                           const std::vector<std::string>& options) {
  const auto path = folder.path().string();
  const auto keygen =
      run({"ldns-keygen", "-a", "ECDSAP256SHA256", "-k", zone.name}, {}, std::chrono::seconds(60), {.folder = path});
  check(keygen, "ldns-keygen");
  const auto key = keygen.out.substr(0, keygen.out.find('\n'));
  write_file(folder / "unsigned", zone.text);
  std::vector<std::string> command{"ldns-signzone", "-o", zone.name, "-f", folder / "signed"};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(folder / "unsigned");
  command.push_back(folder / key);
  check(run(command, {}, std::chrono::seconds(60), {.folder = path}), "ldns-signzone");
  return {zone.name, harness::read_file(folder / "signed")};
}

}  // namespace minidns::e2e
