#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/secret_store.hpp"
#include "pool-manager/decision.hpp"
#include "pool-manager/drivers/bind_statistics.hpp"
#include "pool-manager/drivers/driver.hpp"
#include "pool-manager/drivers/soa_probe.hpp"
#include "storage/nameserver_work.hpp"
#include "tsig/key.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace minidns::pool {

/// Why a nameserver can't be worked for as it is configured, in words for a person.
struct AccessError {
  std::string detail;
};

/// A driver and what it needs to know.
struct Control {
  std::unique_ptr<Driver> driver;
  bool can_list;  ///< its zones can be listed
  Upstream upstream;
  tsig::Key key;
};

/// How a nameserver is reached and what it is told.
struct NameserverAccess {
  std::unique_ptr<SoaProbe> probe;
  std::optional<Control> control;  ///< nothing: its zones are configured by a person, or by a catalog
  /// The catalog zone that it consumes.
  std::optional<ZoneId> catalog = {};
  /// Where a consumer's zones can be listed; null: nowhere.
  std::unique_ptr<BindStatistics> statistics = {};
  Abilities abilities;

  /// Where it answers, and who has what it should have, for comparisons of content.
  boost::asio::ip::address address = {};
  std::uint16_t port = 0;
  std::vector<Primary> primaries = {};
  std::shared_ptr<const tsig::Key> transfer_key = {};  ///< null: there is none, or it can't be opened
};

/// The key of the nameserver's transfers.
[[nodiscard]] Result<tsig::Key, AccessError> open_transfer_key(const storage::NameserverSettings& settings,
                                                               const SecretStore& secrets);

/// Has the data keys read that the stored secrets need: that blocks, where `open_access` isn't to.
void fetch_data_keys(const storage::NameserverSettings& settings, const SecretStore& secrets);

/// Makes it from what is stored: opens the sealed secrets, reads the driver's settings. `executor` is a strand; `clock`
/// must outlive the result.
[[nodiscard]] Result<NameserverAccess, AccessError> open_access(const storage::NameserverSettings& settings,
                                                                const SecretStore& secrets,
                                                                const boost::asio::any_io_executor& executor,
                                                                const Clock& clock);

}  // namespace minidns::pool
