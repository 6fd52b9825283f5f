#include "tests/harness/powerdns_server.hpp"

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "tests/harness/ports.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>

namespace minidns::harness {

namespace {

constexpr const char* schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";

}  // namespace

PowerdnsServer::PowerdnsServer(std::string address) : PowerdnsServer(std::vector<KeySpec>{}, std::move(address)) {}

PowerdnsServer::PowerdnsServer(std::vector<KeySpec> transfer_keys, std::string address)
    : Secondary("powerdns", std::move(transfer_keys), std::move(address)),
      api_port_(free_port()),
      api_key_(to_hex(random_bytes(16))) {
  const auto folder = folder_.path().string();
  make_database();
  write_file(folder_ / "pdns.conf",
             "launch=gsqlite3\ngsqlite3-database=" + folder + "/db.sqlite\ngsqlite3-dnssec=yes\n" +
                 "gsqlite3-pragma-synchronous=0\nlocal-address=" + address_ + "\nlocal-port=" + std::to_string(port_) +
                 "\nsocket-dir=" + folder + "\nsecondary=yes\nallow-notify-from=127.0.0.0/8\n" +
                 "allow-unsigned-notify=yes\ndname-processing=yes\ncache-ttl=0\nquery-cache-ttl=0\n" +
                 "negquery-cache-ttl=0\nzone-cache-refresh-interval=0\nxfr-max-received-mbytes=1000\n" +
                 "disable-axfr=no\nallow-axfr-ips=127.0.0.0/8\napi=yes\napi-key=" + api_key_ +
                 "\nwebserver=yes\nwebserver-address=" + address_ + "\nwebserver-port=" + std::to_string(api_port_) +
                 "\nwebserver-allow-from=127.0.0.0/8\n" + "loglevel=6\n");
  for (const auto& key : transfer_keys_) {
    must(pdnsutil({"import-tsig-key", key.name, key.algorithm, key.secret}), "pdnsutil import-tsig-key");
  }
  start();
}

void PowerdnsServer::start() {
  launch({"pdns_server", "--config-dir=" + folder(), "--daemon=no", "--guardian=no", "--disable-syslog"}, [this] {
    return run({"curl", "-sf", "-o", "/dev/null", "-H", "X-API-Key: " + api_key_, api_url() + "/api/v1/servers"})
               .status == 0;
  });
}

void PowerdnsServer::add_zone(const std::string& zone, const std::vector<Primary>& primaries) {
  std::vector<std::string> command{"create-secondary-zone", zone};
  for (const auto& primary : primaries) command.push_back(primary.address + ":" + std::to_string(primary.port));
  must(pdnsutil(command), "pdnsutil create-secondary-zone " + zone);
  if (!primaries.front().key.empty()) {
    must(pdnsutil({"activate-tsig-key", zone, primaries.front().key, "secondary"}), "pdnsutil activate-tsig-key");
  }
  must(pdns_control({"retrieve", zone}), "pdns_control retrieve " + zone);
}

void PowerdnsServer::remove_zone(const std::string& zone) {
  must(pdnsutil({"delete-zone", zone}), "pdnsutil delete-zone " + zone);
}

void PowerdnsServer::make_database() const {
  must(run({"sqlite3", folder_ / "db.sqlite"}, read_file(schema)), "sqlite3");
}

void PowerdnsServer::forget_zones() {
  std::filesystem::remove(folder_ / "db.sqlite");
  make_database();
}

std::vector<std::string> PowerdnsServer::zone_list() const {
  std::istringstream lines(must(pdnsutil({"list-all-zones"}), "pdnsutil list-all-zones"));
  std::vector<std::string> names;
  for (std::string name; lines >> name;) names.push_back(name.ends_with('.') ? name : name + ".");
  std::ranges::sort(names);
  return names;
}

CommandResult PowerdnsServer::pdnsutil(std::vector<std::string> command) const {
  command.insert(command.begin(), {"pdnsutil", "--config-dir=" + folder()});
  return run(command);
}

CommandResult PowerdnsServer::pdns_control(std::vector<std::string> command) const {
  command.insert(command.begin(), {"pdns_control", "--config-dir=" + folder(), "--socket-dir=" + folder()});
  return run(command);
}

}  // namespace minidns::harness
