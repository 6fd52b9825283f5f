#include "tests/harness/knot_server.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace minidns::harness {

KnotServer::KnotServer(std::vector<KeySpec> transfer_keys, std::string address)
    : Secondary("knot", std::move(transfer_keys), std::move(address)) {
  std::filesystem::create_directories(folder() + "/db");
  std::string keys, key_names;
  for (const auto& key : transfer_keys_) {
    keys += "  - id: " + key.name + "\n    algorithm: " + key.algorithm + "\n    secret: " + key.secret + "\n";
    key_names += (key_names.empty() ? "" : ", ") + key.name;
  }
  // An ACL without a key answers NOTAUTH to a signed NOTIFY, so there are two.
  std::string text =
      "server:\n  rundir: " + folder() + "\n  user: root:root\n  listen: " + address_ + "@" + std::to_string(port_) +
      "\n  udp-workers: 1\n  tcp-workers: 1\n  background-workers: 2\n"
      "control:\n  listen: " +
      control_socket() + "\ndatabase:\n  storage: " + folder() + "/db\nlog:\n  - target: stderr\n    any: info\n";
  if (!keys.empty()) text += "key:\n" + keys;
  text += "acl:\n  - id: notify\n    address: 127.0.0.0/8\n    action: notify\n";
  if (!keys.empty()) {
    text += "  - id: signed-notify\n    address: 127.0.0.0/8\n    key: [" + key_names + "]\n    action: notify\n";
  }
  text +=
      "  - id: transfer\n    address: 127.0.0.0/8\n    action: transfer\ntemplate:\n  - id: default\n    storage: " +
      folder() + "\n    acl: [notify, " + (keys.empty() ? "" : "signed-notify, ") + "transfer]\n";
  write_file(folder_ / "knot.conf", text);
  must(run({"knotc", "-f", "-C", folder_ / "confdb", "conf-import", folder_ / "knot.conf"}), "knotc conf-import");
  start();
}

void KnotServer::start() {
  launch({"knotd", "-C", folder_ / "confdb"}, [this] { return knotc({"status"}).status == 0; });
}

void KnotServer::configure(const std::vector<std::vector<std::string>>& settings) {
  must(knotc({"conf-begin"}), "knotc conf-begin");
  for (auto setting : settings) {
    setting.insert(setting.begin(), "conf-set");
    must(knotc(setting), "knotc conf-set " + setting[1]);
  }
  must(knotc({"conf-commit"}), "knotc conf-commit");
}

std::vector<std::string> KnotServer::add_remotes(const std::vector<Primary>& primaries) {
  std::vector<std::string> ids;
  std::vector<std::vector<std::string>> settings;
  for (const auto& primary : primaries) {
    ids.push_back("remote-" + std::to_string(++remotes_));
    const auto remote = "remote[" + ids.back() + "]";
    settings.push_back({remote});
    settings.push_back({remote + ".address", primary.address + "@" + std::to_string(primary.port)});
    if (!primary.key.empty()) settings.push_back({remote + ".key", primary.key});
  }
  configure(settings);
  return ids;
}

void KnotServer::add_zone(const std::string& zone, const std::vector<Primary>& primaries) {
  const auto item = "zone[" + zone + "]";
  std::vector<std::string> masters{item + ".master"};
  for (auto& id : add_remotes(primaries)) masters.push_back(id);
  configure({{item}, {item + ".file", file_of(zone)}, masters});
}

void KnotServer::remove_zone(const std::string& zone) {
  must(knotc({"conf-begin"}), "knotc conf-begin");
  must(knotc({"conf-unset", "zone[" + zone + "]"}), "knotc conf-unset");
  must(knotc({"conf-commit"}), "knotc conf-commit");
  must(knotc({"-f", "zone-purge", "+orphan", zone}), "knotc zone-purge");
}

void KnotServer::forget_zones() {
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    const auto name = entry.path().filename().string();
    if (name != "knot.conf" && name != "log") std::filesystem::remove_all(entry);
  }
  std::filesystem::create_directories(folder() + "/db");
  must(run({"knotc", "-f", "-C", folder_ / "confdb", "conf-import", folder_ / "knot.conf"}), "knotc conf-import");
}

std::vector<std::string> KnotServer::zone_list() const {
  // zone.domain = a.example.
  std::istringstream lines(must(knotc({"conf-read", "zone.domain"}), "knotc conf-read"));
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find("= ");
    if (at != std::string::npos) names.push_back(line.substr(at + 2));
  }
  std::ranges::sort(names);
  return names;
}

CommandResult KnotServer::knotc(std::vector<std::string> command) const {
  command.insert(command.begin(), {"knotc", "-s", control_socket()});
  return run(command);
}

}  // namespace minidns::harness
