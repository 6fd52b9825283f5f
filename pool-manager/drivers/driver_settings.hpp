#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "pool-manager/drivers/bind.hpp"
#include "pool-manager/drivers/knot.hpp"
#include "pool-manager/drivers/nsd.hpp"
#include "pool-manager/drivers/powerdns.hpp"
#include "storage/catalogs.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace minidns::pool {

/// What is wrong with stored settings, in words for a person.
struct SettingsError {
  std::string detail;
};

/// Reads what the API stores as a nameserver's `settings` for driver bind: `control_address` (by default `own`, the
/// nameserver's address), `control_port`, `control_algorithm`, `statistics_url`, `view`, `zone_folder`. Without a
/// statistics channel its zones can't be listed: `listable` says so.
struct StoredBindSettings {
  BindSettings settings;
  bool listable;
};
[[nodiscard]] Result<StoredBindSettings, SettingsError> read_bind_settings(std::string_view json,
                                                                           const boost::asio::ip::address& own,
                                                                           Secret control_key);

/// The same for driver catalog: `family`, and for BIND `statistics_url` and `view`.
struct StoredCatalogSettings {
  storage::CatalogFamily family;
  std::optional<boost::asio::ip::tcp::endpoint> statistics;
  std::string view;
};
[[nodiscard]] Result<StoredCatalogSettings, SettingsError> read_catalog_settings(std::string_view json);

/// The same for driver powerdns: `api_url`, `server_id`.
[[nodiscard]] Result<PowerdnsSettings, SettingsError> read_powerdns_settings(std::string_view json, Secret api_key);

/// The same for driver knot: `control_socket`, `template`, `acl`.
[[nodiscard]] Result<KnotSettings, SettingsError> read_knot_settings(std::string_view json);

/// The same for driver nsd: `control_address` (by default `own`), `control_port`, `pattern`; `pem` is read, too.
[[nodiscard]] Result<NsdSettings, SettingsError> read_nsd_settings(std::string_view json,
                                                                   const boost::asio::ip::address& own,
                                                                   const Secret& pem);

}  // namespace minidns::pool
