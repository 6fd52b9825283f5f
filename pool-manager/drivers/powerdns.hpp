#pragma once

#include "base/secret.hpp"
#include "pool-manager/drivers/driver.hpp"
#include "pool-manager/drivers/http_client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <string_view>

namespace minidns::pool {

struct PowerdnsSettings {
  boost::asio::ip::tcp::endpoint api;  ///< pdns.conf `webserver-address`, `webserver-port`; needs `api=yes`
  Secret api_key;
  std::string server_id = "localhost";  ///< PowerDNS's only one
  HttpLimits limits = {};
};

/// PowerDNS Authoritative 4.7 and later, by its HTTP API (version 1). Keys are made and kept right through the API.
/// Transfers are AXFR only: zones that it got by IXFR are answered wrongly, so the `IXFR` metadata is removed where a
/// zone is changed (secondaries have none by default).
class PowerdnsDriver final : public Driver {
 public:
  PowerdnsDriver(const boost::asio::any_io_executor& executor, PowerdnsSettings settings);

  boost::asio::awaitable<ZoneResults> add_zones(std::vector<dns::Name> zones, Upstream upstream) override;
  boost::asio::awaitable<ZoneResults> change_zones(std::vector<dns::Name> zones, Upstream upstream) override;
  boost::asio::awaitable<ZoneResults> remove_zones(std::vector<dns::Name> zones) override;
  DriverTask<std::vector<ListedZone>> list_zones() override;
  /// Always `unsupported`: only NOTIFY makes PowerDNS compare serials.
  DriverTask<void> fetch(dns::Name zone) override;
  DriverTask<void> force(dns::Name zone) override;
  DriverTask<void> ensure_key(tsig::Key key) override;
  DriverTask<void> ping() override;

 private:
  [[nodiscard]] std::string key_target(const dns::Name& key) const;
  [[nodiscard]] std::string zone_target(const dns::Name& zone) const;
  [[nodiscard]] DriverTask<void> require_key(dns::Name key);
  [[nodiscard]] DriverTask<void> add_zone(dns::Name zone, Upstream upstream);
  [[nodiscard]] DriverTask<void> change_zone(dns::Name zone, Upstream upstream);
  [[nodiscard]] DriverTask<void> remove_ixfr_metadata(dns::Name zone);
  [[nodiscard]] DriverTask<void> run(HttpMethod method, std::string target, std::string json = {});

  std::string prefix_;  ///< `/api/v1/servers/localhost`
  HttpClient http_;
  HttpClient list_http_;  ///< its own: PowerDNS takes seconds for a long list, and commands must not wait for it
};

/// The `{zone_id}` of a URL: letters, digits, dot and hyphen as they are, the rest of the presentation form as `=2F`.
[[nodiscard]] std::string powerdns_zone_id(const dns::Name& zone);

// Limitations: its API takes no names with octets outside letters, digits and `-._/` (`rejected`), a zone of another
// kind with the same name counts as there already (and becomes a secondary by `change_zones`), and the list comes in
// one piece without pages.

}  // namespace minidns::pool
