#pragma once

#include "base/clock.hpp"
#include "pool-manager/drivers/bind_statistics.hpp"
#include "pool-manager/drivers/driver.hpp"
#include "pool-manager/drivers/http_client.hpp"
#include "pool-manager/drivers/rndc.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <string_view>

namespace minidns::pool {

struct BindSettings {
  boost::asio::ip::tcp::endpoint control;  ///< named.conf `controls { inet … }`
  RndcKey control_key;
  boost::asio::ip::tcp::endpoint statistics;  ///< named.conf `statistics-channels { inet … }`
  std::string view = "_default";              ///< BIND's own name where no views are configured
  std::string zone_folder = {};               ///< for zone files; relative to named's `directory` unless absolute
  RndcLimits control_limits = {};
  HttpLimits statistics_limits = {};
};

/// BIND 9.18, which must have `allow-new-zones yes`. Commands go through rndc's protocol, the list comes from the
/// statistics channel (JSON, so a named built with json-c, as Debian's is). Keys are configured in named.conf by hand:
/// `ensure_key` looks whether one of that name is there.
class BindDriver final : public Driver {
 public:
  /// The view and the folder must be what `is_bind_view` and `is_bind_folder` take.
  BindDriver(const boost::asio::any_io_executor& executor, BindSettings settings, const Clock& clock);

  boost::asio::awaitable<ZoneResults> add_zones(std::vector<dns::Name> zones, Upstream upstream) override;
  boost::asio::awaitable<ZoneResults> change_zones(std::vector<dns::Name> zones, Upstream upstream) override;
  boost::asio::awaitable<ZoneResults> remove_zones(std::vector<dns::Name> zones) override;
  DriverTask<std::vector<ListedZone>> list_zones() override;
  DriverTask<void> fetch(dns::Name zone) override;
  DriverTask<void> force(dns::Name zone) override;
  DriverTask<void> ensure_key(tsig::Key key) override;
  DriverTask<void> ping() override;

 private:
  [[nodiscard]] std::string zone_block(const dns::Name& zone, const Upstream& upstream) const;
  [[nodiscard]] DriverTask<void> require_key(dns::Name key);
  [[nodiscard]] DriverTask<void> run(std::string command);

  std::string view_;
  std::string zone_folder_;
  Rndc rndc_;
  BindStatistics statistics_;
};

/// Whether a view's name can be sent, since addzone doesn't take it in quotes: letters, digits and `-_.`, at least one.
[[nodiscard]] bool is_bind_view(std::string_view name);
/// Whether a folder can be sent in quotes: no quotes, backslashes and control characters. May be empty.
[[nodiscard]] bool is_bind_folder(std::string_view path);

/// The file in which named keeps a zone: its name where that is plain and short, else the hash of it, so that no name
/// leads out of the folder. Two names never share a file.
[[nodiscard]] std::string bind_zone_file(const dns::Name& zone);

// Limitations: named 9.18's `tsig-list` ends where two of its keys share the end of their names (`a.test.`, `b.test.`),
// and `ensure_key` then misses what isn't told: give keys of one named names without a common end. A zone that is
// written in named.conf can be neither changed nor removed (BIND says so: `rejected`), and only zones of one view are
// seen. BIND keeps what addzone told it in its own database, about 100,000 zones unless `lmdb-mapsize` is raised.

}  // namespace minidns::pool
