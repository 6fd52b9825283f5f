#include "tests/harness/nsd_server.hpp"

#include "tests/harness/ports.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace minidns::harness {

NsdServer::NsdServer(std::vector<KeySpec> transfer_keys, std::string address, Control control)
    : Secondary("nsd", std::move(transfer_keys), std::move(address)), control_(control), control_port_(free_port()) {
  std::filesystem::create_directories(folder() + "/xfr");
  if (control_ == Control::tls) certificates_.emplace();
  write_configuration();
  start();
}

void NsdServer::write_configuration() const {
  const auto quoted = [this](const char* file) { return "\"" + (folder_ / file) + "\"\n"; };
  std::string text = "server:\n  server-count: 1\n  ip-address: " + address_ + "@" + std::to_string(port_) +
                     "\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  zonesdir: \"" + folder() +
                     "\"\n  zonelistfile: " + quoted("zone.list") + "  xfrdfile: " + quoted("xfrd.state") +
                     "  xfrdir: " + quoted("xfr") + "  pidfile: " + quoted("pid") +
                     "  rrl-ratelimit: 0\n  xfrd-reload-timeout: 0\n  verbosity: 2\n"
                     "remote-control:\n  control-enable: yes\n" +
                     control_configuration();
  for (const auto& key : transfer_keys_) {
    text +=
        "key:\n  name: \"" + key.name + "\"\n  algorithm: " + key.algorithm + "\n  secret: \"" + key.secret + "\"\n";
  }
  for (const auto& [name, pattern] : patterns_) text += pattern;
  write_file(folder_ / "nsd.conf", text);
}

std::string NsdServer::control_configuration() const {
  if (control_ == Control::socket) return "  control-interface: \"" + control_socket() + "\"\n";
  std::string text = "  control-interface: 127.0.0.1\n  control-port: " + std::to_string(control_port_) + "\n";
  for (const std::string who : {"server", "control"}) {
    text += "  " + who + "-key-file: \"" + certificates_->key_file(who) + "\"\n";
    text += "  " + who + "-cert-file: \"" + certificates_->certificate_file(who) + "\"\n";
  }
  return text;
}

void NsdServer::start() {
  launch({"nsd", "-d", "-c", folder_ / "nsd.conf"}, [this] { return nsd_control({"status"}).status == 0; });
}

std::string NsdServer::add_pattern(const std::vector<Primary>& primaries) {
  std::string name = "pattern", lines;
  for (const auto& primary : primaries) {
    const auto at = primary.address + "@" + std::to_string(primary.port);
    const auto key = primary.key.empty() ? std::string("NOKEY") : primary.key;
    name += "-" + at + "-" + key;
    lines += "  request-xfr: " + at + " " + key + "\n  allow-notify: " + primary.address + " NOKEY\n";
    if (!primary.key.empty()) lines += "  allow-notify: " + primary.address + " " + key + "\n";
  }
  if (patterns_.contains(name)) return name;

  patterns_[name] =
      "pattern:\n  name: \"" + name + "\"\n  zonefile: \"%s.zone\"\n  provide-xfr: 127.0.0.0/8 NOKEY\n" + lines;
  write_configuration();
  must(nsd_control({"reconfig"}), "nsd-control reconfig");
  return name;
}

void NsdServer::add_zone(const std::string& zone, const std::vector<Primary>& primaries) {
  must(nsd_control({"addzone", zone, add_pattern(primaries)}), "nsd-control addzone " + zone);
}

void NsdServer::remove_zone(const std::string& zone) {
  must(nsd_control({"delzone", zone}), "nsd-control delzone " + zone);
}

void NsdServer::forget_zones() {
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    const auto name = entry.path().filename().string();
    if (name != "nsd.conf" && name != "log") std::filesystem::remove_all(entry);
  }
  std::filesystem::create_directories(folder() + "/xfr");
}

std::vector<std::string> NsdServer::zone_list() const {
  std::istringstream lines(must(nsd_control({"zonestatus"}), "nsd-control zonestatus"));
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) {
    const std::string mark = "zone:\t";
    if (line.starts_with(mark))
      names.push_back(line.ends_with('.') ? line.substr(mark.size()) : line.substr(mark.size()) + ".");
  }
  std::ranges::sort(names);
  return names;
}

CommandResult NsdServer::nsd_control(std::vector<std::string> command) const {
  command.insert(command.begin(), {"nsd-control", "-c", folder_ / "nsd.conf"});
  return run(command);
}

}  // namespace minidns::harness
