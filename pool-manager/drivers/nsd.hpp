#pragma once

#include "pool-manager/drivers/driver.hpp"
#include "pool-manager/drivers/nsd_control.hpp"
#include "pool-manager/drivers/nsd_text.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace minidns::pool {

struct NsdSettings {
  boost::asio::ip::tcp::endpoint control;  ///< nsd.conf `remote-control:`
  NsdCredentials credentials;
  std::string pattern;  ///< of nsd.conf; what `is_nsd_pattern` takes
  NsdLimits limits = {};
};

/// NSD 4.6. A zone's primaries and their key are those of a pattern in nsd.conf, which can't be made by command: an
/// upstream counts by its key's name only, which NSD must have. Other primaries, or another key, are another pattern;
/// `change_zones` gives the present one of the settings.
class NsdDriver final : public Driver {
 public:
  NsdDriver(const boost::asio::any_io_executor& executor, NsdSettings settings);

  boost::asio::awaitable<ZoneResults> add_zones(std::vector<dns::Name> zones, Upstream upstream) override;
  boost::asio::awaitable<ZoneResults> change_zones(std::vector<dns::Name> zones, Upstream upstream) override;
  boost::asio::awaitable<ZoneResults> remove_zones(std::vector<dns::Name> zones) override;
  DriverTask<std::vector<ListedZone>> list_zones() override;
  /// NSD puts off a zone that it couldn't transfer, for up to a day; this has it tried at once. It says `ok` of zones
  /// that it doesn't have, too.
  DriverTask<void> fetch(dns::Name zone) override;
  DriverTask<void> force(dns::Name zone) override;
  DriverTask<void> ensure_key(tsig::Key key) override;
  DriverTask<void> ping() override;

 private:
  [[nodiscard]] DriverTask<void> require_key(dns::Name key);
  [[nodiscard]] DriverTask<std::string> pattern_of(dns::Name zone);
  [[nodiscard]] DriverTask<void> change_zone(dns::Name zone);
  [[nodiscard]] DriverTask<void> run(std::string command);
  [[nodiscard]] boost::asio::awaitable<ZoneResults> run_for(std::string command, std::string input, std::string done,
                                                            std::vector<dns::Name> zones);

  NsdControl control_;
  std::string pattern_;
};

// Limitations: primaries of the pool that the pattern doesn't have are not noticed. Keys are configured in nsd.conf by
// hand: those that are added by command are gone after a restart. A zone that is written in nsd.conf can't be removed.

}  // namespace minidns::pool
