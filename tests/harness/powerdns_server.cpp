#include "tests/harness/powerdns_server.hpp"

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "tests/harness/ports.hpp"
#include "tests/harness/wait.hpp"

#include <stdexcept>

namespace minidns::harness {

namespace {

constexpr const char* schema = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";

}  // namespace

PowerdnsServer::PowerdnsServer(std::string address)
    : folder_("powerdns"),
      address_(std::move(address)),
      port_(free_port()),
      api_port_(free_port()),
      api_key_(to_hex(random_bytes(16))) {
  const auto folder = folder_.path().string();
  const auto made = run({"sqlite3", folder_ / "db.sqlite"}, read_file(schema));
  if (made.status != 0) throw std::runtime_error("sqlite3: " + made.err);
  write_file(folder_ / "pdns.conf",
             "launch=gsqlite3\ngsqlite3-database=" + folder + "/db.sqlite\ngsqlite3-dnssec=yes\n" +
                 "gsqlite3-pragma-synchronous=0\nlocal-address=" + address_ + "\nlocal-port=" + std::to_string(port_) +
                 "\nsocket-dir=" + folder + "\nsecondary=yes\nallow-notify-from=127.0.0.0/8\n" +
                 "allow-unsigned-notify=yes\ndname-processing=yes\ncache-ttl=0\nquery-cache-ttl=0\n" +
                 "negquery-cache-ttl=0\nzone-cache-refresh-interval=0\nxfr-max-received-mbytes=1000\n" +
                 "api=yes\napi-key=" + api_key_ + "\nwebserver=yes\nwebserver-address=" + address_ +
                 "\nwebserver-port=" + std::to_string(api_port_) + "\nwebserver-allow-from=127.0.0.0/8\n" +
                 "loglevel=6\n");
  start();
}

PowerdnsServer::~PowerdnsServer() {
  thaw();
}

void PowerdnsServer::start() {
  server_ = Process(
      {"pdns_server", "--config-dir=" + folder_.path().string(), "--daemon=no", "--guardian=no", "--disable-syslog"},
      {.log_file = folder_ / "log"});
  const bool up = eventually([&] {
    return !server_.running() ||
           run({"curl", "-sf", "-o", "/dev/null", "-H", "X-API-Key: " + api_key_, api_url() + "/api/v1/servers"})
                   .status == 0;
  });
  if (!up || !server_.running()) throw std::runtime_error("pdns_server did not start: " + log());
}

CommandResult PowerdnsServer::pdnsutil(std::vector<std::string> command) const {
  command.insert(command.begin(), {"pdnsutil", "--config-dir=" + folder_.path().string()});
  return run(command);
}

}  // namespace minidns::harness
