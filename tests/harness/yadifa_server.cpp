#include "tests/harness/yadifa_server.hpp"

#include "tests/harness/dns_probe.hpp"
#include "tests/harness/wait.hpp"

#include <filesystem>
#include <signal.h>

namespace minidns::harness {

YadifaServer::YadifaServer(std::vector<KeySpec> transfer_keys, std::string address)
    : Secondary("yadifa", std::move(transfer_keys), std::move(address)) {
  for (const char* name : {"/keys", "/xfr"}) std::filesystem::create_directories(folder() + name);
  write_configuration();
  start();
}

void YadifaServer::write_configuration() const {
  const auto path = [this](const char* name) { return " \"" + folder() + name + "\"\n"; };
  std::string text =
      "<main>\n  daemon off\n  chroot off\n  user root\n  group root\n  logpath" + path("") + "  pidfile" +
      path("/pid") + "  datapath" + path("") + "  keyspath" + path("/keys") + "  xfrpath" + path("/xfr") + "  port " +
      std::to_string(port_) + "\n  listen " + address_ +
      "\n  max-tcp-queries 100\n  statistics off\n  queries-log-type 0\n  allow-query any\n"
      "  allow-transfer any\n  allow-notify any\n</main>\n"
      "<channels>\n  all log 0644\n</channels>\n"
      "<loggers>\n  database prod all\n  server prod all\n  system prod all\n  zone prod all\n</loggers>\n";
  for (const auto& key : transfer_keys_) {
    text += "<key>\n  name " + key.name + "\n  algorithm " + key.algorithm + "\n  secret " + key.secret + "\n</key>\n";
  }
  for (const auto& [name, section] : zones_) text += section;
  write_file(folder_ / "yadifad.conf", text);
}

void YadifaServer::start() {
  launch({"yadifad", "-c", folder_ / "yadifad.conf"},
         [this] { return SoaAsker(address_, port_).ask("example.").has_value(); });
}

void YadifaServer::add_zone(const std::string& zone, const std::vector<Primary>& primaries) {
  std::string section = "<zone>\n  type secondary\n  domain " + zone + "\n  file " + file_of(zone) + "\n  primaries ";
  for (const auto& primary : primaries) {
    section += (&primary == &primaries.front() ? "" : ", ") + primary.address + " port " + std::to_string(primary.port);
    if (!primary.key.empty()) section += " key " + primary.key;
  }
  zones_[zone] = section + "\n</zone>\n";
  // At times it registers a new zone and forgets to load it until it reads its configuration again, which it does only
  // when the file has changed.
  SoaAsker asker(address_, port_);
  for (int attempt = 0; attempt < 20; ++attempt) {
    reload();
    const auto loaded = [&] {
      const auto answer = asker.ask(zone);
      return answer && answer->serial.has_value();
    };
    if (eventually(loaded, std::chrono::seconds(1))) return;
  }
}

void YadifaServer::reload() {
  ++reloads_;
  write_configuration();
  server_.signal(SIGHUP);
}

void YadifaServer::remove_zone(const std::string& zone) {
  zones_.erase(zone);
  reload();
}

}  // namespace minidns::harness
