#include "tests/interop/drivers_nameserver.hpp"

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "pool-manager/drivers/bind.hpp"
#include "pool-manager/drivers/knot.hpp"
#include "pool-manager/drivers/nsd.hpp"
#include "pool-manager/drivers/powerdns.hpp"
#include "tests/harness/knot_server.hpp"
#include "tests/harness/nsd_server.hpp"
#include "tests/harness/powerdns_server.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <filesystem>
#include <sys/fsuid.h>

namespace minidns::pool::test {
namespace {

namespace asio = boost::asio;

asio::ip::tcp::endpoint at(std::uint16_t port) {
  return {asio::ip::make_address("127.0.0.1"), port};
}

HttpLimits short_http_limits() {
  HttpLimits limits;
  limits.connect = limits.request = limits.stream_idle = limits.stream_total = wait_max;
  limits.stream_octets_max = 16UL * 1024UL * 1024UL;
  return limits;
}

std::unique_ptr<Driver> make_bind(const asio::any_io_executor& executor, std::uint16_t control,
                                  std::uint16_t statistics, Bytes secret) {
  static const SystemClock clock;
  BindSettings settings{.control = at(control),
                        .control_key = {tsig::Algorithm::hmac_sha256, Secret(std::move(secret))},
                        .statistics = at(statistics),
                        .control_limits = {wait_max, wait_max, 10 * wait_max},
                        .statistics_limits = short_http_limits()};
  return std::make_unique<BindDriver>(executor, std::move(settings), clock);
}

std::unique_ptr<Driver> make_powerdns(const asio::any_io_executor& executor, std::uint16_t port,
                                      const std::string& key) {
  const ByteView octets = as_bytes(key);
  PowerdnsSettings settings{
      .api = at(port), .api_key = Secret(Bytes(octets.begin(), octets.end())), .limits = short_http_limits()};
  return std::make_unique<PowerdnsDriver>(executor, std::move(settings));
}

std::unique_ptr<Driver> make_knot(const asio::any_io_executor& executor, const std::string& path) {
  KnotSettings settings{.control_socket = path};
  settings.limits.answer = settings.limits.transaction = wait_max;
  settings.limits.list_octets_max = 16UL * 1024UL * 1024UL;
  return std::make_unique<KnotDriver>(executor, std::move(settings));
}

std::unique_ptr<Driver> make_nsd(const asio::any_io_executor& executor, std::uint16_t port,
                                 const std::string& credentials, const std::string& pattern) {
  const ByteView pem = as_bytes(credentials);
  NsdSettings settings{.control = at(port),
                       .credentials = NsdCredentials::read(Secret(Bytes(pem.begin(), pem.end()))).value(),
                       .pattern = pattern};
  settings.limits.connect = settings.limits.idle = wait_max;
  settings.limits.list_octets_max = 16UL * 1024UL * 1024UL;
  return std::make_unique<NsdDriver>(executor, std::move(settings));
}

/// What is of the harness.
template <class Server>
class OnServer : public Nameserver {
 public:
  template <class... Arguments>
  explicit OnServer(Arguments&&... arguments) : server_(std::forward<Arguments>(arguments)...) {}

  void start() override { server_.start(); }
  void kill() override { server_.kill(); }
  void freeze() override { server_.freeze(); }
  void thaw() override { server_.thaw(); }
  std::uint16_t port() const override { return server_.port(); }

 protected:
  Server server_;
};

class Bind final : public OnServer<harness::BindServer> {
 public:
  explicit Bind(const harness::KeySpec& transfer_key) : OnServer(std::vector{transfer_key}) {}

  std::unique_ptr<Driver> driver(const asio::any_io_executor& executor) override {
    return make_bind(executor, server_.control_port(), server_.statistics_port(),
                     from_base64(server_.control_key().secret).value());
  }
  std::unique_ptr<Driver> driver_with_wrong_key(const asio::any_io_executor& executor) override {
    return make_bind(executor, server_.control_port(), server_.statistics_port(), random_bytes(32));
  }

  bool has_secondary_zone(const std::string& zone) const override {
    const harness::CommandResult shown = server_.rndc({"showzone", zone});
    return shown.status == 0 && shown.out.find("type secondary") != std::string::npos;
  }
  std::string key_secret(const std::string& /*key*/) const override { return {}; }  // named doesn't tell
  bool can_fetch() const override { return true; }
};

class Powerdns final : public OnServer<harness::PowerdnsServer> {
 public:
  std::unique_ptr<Driver> driver(const asio::any_io_executor& executor) override {
    return make_powerdns(executor, server_.api_port(), server_.api_key());
  }
  std::unique_ptr<Driver> driver_with_wrong_key(const asio::any_io_executor& executor) override {
    return make_powerdns(executor, server_.api_port(), "not-the-key");
  }

  bool has_secondary_zone(const std::string& zone) const override {
    return query("select type from domains where name = '" + zone.substr(0, zone.size() - 1) + "'") == "SLAVE";
  }
  std::string key_secret(const std::string& key) const override {
    return query("select secret from tsigkeys where name = '" + key.substr(0, key.size() - 1) + "'");
  }
  bool can_fetch() const override { return false; }

 private:
  [[nodiscard]] std::string query(const std::string& sql) const {
    std::string out = harness::run({"sqlite3", server_.folder() + "/db.sqlite", sql}).out;
    while (out.ends_with('\n')) out.pop_back();
    return out;
  }
};

class Knot final : public OnServer<harness::KnotServer> {
 public:
  Knot() : OnServer(std::vector<harness::KeySpec>()) {}

  std::unique_ptr<Driver> driver(const asio::any_io_executor& executor) override {
    return make_knot(executor, server_.control_socket());
  }
  /// There is no key: who may write to the socket may command.
  std::unique_ptr<Driver> driver_with_wrong_key(const asio::any_io_executor& executor) override {
    return driver(executor);
  }
  void drop_rights() override {
    std::filesystem::permissions(server_.control_socket(),
                                 std::filesystem::perms::owner_write);  // root's group is ours
    ::setfsuid(nobody);
  }
  void restore_rights() override { ::setfsuid(0); }

  bool has_secondary_zone(const std::string& zone) const override {
    return server_.knotc({"zone-status", zone, "+role"}).out.find("role: slave") != std::string::npos;
  }
  std::string key_secret(const std::string& key) const override {
    const std::string out = server_.knotc({"conf-read", "key[" + key + "].secret"}).out;
    const std::size_t at = out.find(" = ");
    return at == std::string::npos ? "" : out.substr(at + 3, out.find('\n') - at - 3);
  }
  bool can_fetch() const override { return true; }

 private:
  static constexpr uid_t nobody = 65534;
};

class Nsd final : public OnServer<harness::NsdServer> {
 public:
  Nsd(const harness::KeySpec& transfer_key, std::uint16_t primary)
      : OnServer(std::vector{transfer_key}, "127.0.0.1", harness::NsdServer::Control::tls),
        pattern_(server_.add_pattern({{"127.0.0.1", primary, transfer_key.name}})),
        nowhere_(server_.add_pattern({{"127.0.0.1", 9, transfer_key.name}})) {}

  std::unique_ptr<Driver> driver(const asio::any_io_executor& executor) override {
    return make_nsd(executor, server_.control_port(), server_.control_certificates().credentials(), pattern_);
  }
  std::unique_ptr<Driver> driver_with_wrong_key(const asio::any_io_executor& executor) override {
    return make_nsd(executor, server_.control_port(), server_.control_certificates().credentials("wrong"), pattern_);
  }
  std::unique_ptr<Driver> driver_to_nowhere(const asio::any_io_executor& executor) override {
    return make_nsd(executor, server_.control_port(), server_.control_certificates().credentials(), nowhere_);
  }

  bool has_secondary_zone(const std::string& zone) const override {
    return server_.nsd_control({"zonestatus", zone}).out.find("pattern: ") != std::string::npos;
  }
  std::string key_secret(const std::string& /*key*/) const override { return {}; }
  bool can_fetch() const override { return true; }

  std::string pattern_;
  std::string nowhere_;
};

}  // namespace

std::unique_ptr<Nameserver> start_bind(const harness::KeySpec& transfer_key) {
  return std::make_unique<Bind>(transfer_key);
}

std::unique_ptr<Nameserver> start_powerdns() {
  return std::make_unique<Powerdns>();
}

std::unique_ptr<Nameserver> start_knot() {
  return std::make_unique<Knot>();
}

std::unique_ptr<Nameserver> start_nsd(const harness::KeySpec& transfer_key, std::uint16_t primary) {
  return std::make_unique<Nsd>(transfer_key, primary);
}

std::unique_ptr<Driver> bind_driver_at(const asio::any_io_executor& executor, std::uint16_t port) {
  return make_bind(executor, port, port, random_bytes(32));
}

std::unique_ptr<Driver> powerdns_driver_at(const asio::any_io_executor& executor, std::uint16_t port) {
  return make_powerdns(executor, port, "any");
}

std::unique_ptr<Driver> nsd_driver_at(const asio::any_io_executor& executor, std::uint16_t port,
                                      const std::string& credentials) {
  return make_nsd(executor, port, credentials, "any");
}

std::unique_ptr<Driver> knot_driver_at(const asio::any_io_executor& executor, const std::string& path) {
  return make_knot(executor, path);
}

}  // namespace minidns::pool::test
