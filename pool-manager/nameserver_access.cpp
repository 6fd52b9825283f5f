#include "pool-manager/nameserver_access.hpp"

#include "pool-manager/drivers/driver_settings.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <utility>

namespace minidns::pool {
namespace {

namespace ip = boost::asio::ip;

template <class T>
using AccessResult = Result<T, AccessError>;

AccessResult<ip::address> parse_address(const std::string& text) {
  boost::system::error_code error;
  const auto address = ip::make_address(text, error);
  if (error) {
    return AccessError{"not an IP address: " + text};
  }
  return address;
}

AccessResult<Upstream> upstream_of(const storage::NameserverSettings& settings, const dns::Name& key) {
  if (settings.primaries.empty()) {
    return AccessError{"the pool has no primaries"};
  }
  if (settings.primaries.size() > Upstream::primaries_max) {
    return AccessError{"the pool has more than " + std::to_string(Upstream::primaries_max) + " primaries"};
  }
  Upstream upstream{{}, key};
  for (const storage::PrimaryAddress& primary : settings.primaries) {
    const auto address = parse_address(primary.address);
    if (!address) {
      return address.error();
    }
    upstream.primaries.push_back({*address, primary.port});
  }
  return upstream;
}

AccessResult<tsig::Key> open_key(const storage::SealedKey& sealed, const SecretStore& secrets) {
  const auto algorithm = tsig::algorithm_from_text(sealed.algorithm);
  if (!algorithm) {
    return AccessError{"the algorithm of key " + sealed.name.to_text() + " is unknown: " + sealed.algorithm};
  }
  auto secret = secrets.open(sealed.secret_sealed, "tsig-key:" + sealed.id.to_string());
  if (!secret) {
    return AccessError{"key " + sealed.name.to_text() + " can't be opened: " + secret.error().detail};
  }
  return tsig::Key{.name = sealed.name, .algorithm = *algorithm, .secret = std::move(*secret)};
}

AccessResult<Secret> driver_secret_of(const storage::NameserverSettings& settings, const SecretStore& secrets) {
  if (!settings.secret_sealed) {
    return AccessError{"the nameserver has no secret for its driver"};
  }
  auto secret = secrets.open(*settings.secret_sealed, "nameserver:" + settings.id.to_string());
  if (!secret) {
    return AccessError{"the driver's secret can't be opened: " + secret.error().detail};
  }
  return std::move(*secret);
}

/// A driver, and whether it can list zones.
using MadeDriver = std::pair<std::unique_ptr<Driver>, bool>;

AccessResult<MadeDriver> make_knot(const storage::NameserverSettings& settings, const SecretStore& secrets,
                                   const boost::asio::any_io_executor& executor) {
  auto stored = read_knot_settings(settings.driver_settings);
  if (!stored) {
    return AccessError{stored.error().detail};
  }
  if (settings.notify_key) {
    auto key = open_key(*settings.notify_key, secrets);
    if (!key) {
      return key.error();
    }
    stored->notify_key = std::move(*key);
  }
  return MadeDriver(std::make_unique<KnotDriver>(executor, std::move(*stored)), true);
}

AccessResult<MadeDriver> make_driver(const storage::NameserverSettings& settings, const ip::address& address,
                                     const SecretStore& secrets, const boost::asio::any_io_executor& executor,
                                     const Clock& clock) {
  if (settings.driver == storage::DriverKind::knot) {
    return make_knot(settings, secrets, executor);
  }
  auto secret = driver_secret_of(settings, secrets);
  if (!secret) {
    return secret.error();
  }
  if (settings.driver == storage::DriverKind::bind) {
    auto stored = read_bind_settings(settings.driver_settings, address, std::move(*secret));
    if (!stored) {
      return AccessError{stored.error().detail};
    }
    return MadeDriver(std::make_unique<BindDriver>(executor, std::move(stored->settings), clock), stored->listable);
  }
  if (settings.driver == storage::DriverKind::nsd) {
    auto stored = read_nsd_settings(settings.driver_settings, address, *secret);
    if (!stored) {
      return AccessError{stored.error().detail};
    }
    return MadeDriver(std::make_unique<NsdDriver>(executor, std::move(*stored)), true);
  }
  auto stored = read_powerdns_settings(settings.driver_settings, std::move(*secret));
  if (!stored) {
    return AccessError{stored.error().detail};
  }
  return MadeDriver(std::make_unique<PowerdnsDriver>(executor, std::move(*stored)), true);
}

AccessResult<Control> make_control(const storage::NameserverSettings& settings, const ip::address& address,
                                   const SecretStore& secrets, const boost::asio::any_io_executor& executor,
                                   const Clock& clock) {
  auto key = open_transfer_key(settings, secrets);
  if (!key) {
    return key.error();
  }
  auto upstream = upstream_of(settings, key->name);
  if (!upstream) {
    return upstream.error();
  }
  auto driver = make_driver(settings, address, secrets, executor, clock);
  if (!driver) {
    return driver.error();
  }
  return Control{std::move(driver->first), driver->second, std::move(*upstream), std::move(*key)};
}

Abilities abilities_of(storage::DriverKind kind) {
  switch (kind) {
    case storage::DriverKind::bind:
    case storage::DriverKind::knot:
    case storage::DriverKind::nsd:
      return {.commands = true, .fetches = true, .forces = false};
    case storage::DriverKind::powerdns:
      return {.commands = true, .fetches = false, .forces = true};
    case storage::DriverKind::catalog:
      return {.consumes_catalog = true};
    case storage::DriverKind::none:
      break;
  }
  return {};
}

bool has_control(storage::DriverKind kind) {
  return kind != storage::DriverKind::catalog && kind != storage::DriverKind::none;
}

/// What there is to know of a nameserver that consumes a catalog; an error, or nothing.
std::optional<AccessError> add_catalog(NameserverAccess& access, const storage::NameserverSettings& settings,
                                       const boost::asio::any_io_executor& executor) {
  const auto stored = read_catalog_settings(settings.driver_settings);
  if (!stored) {
    return AccessError{stored.error().detail};
  }
  const auto catalog = std::ranges::find(settings.catalogs, stored->family, &storage::PoolCatalog::family);
  if (catalog == settings.catalogs.end()) {
    return AccessError{"the pool has no catalog of this family"};
  }
  access.catalog = catalog->zone;
  if (stored->statistics) {
    access.statistics = std::make_unique<BindStatistics>(executor, *stored->statistics, stored->view);
  }
  return std::nullopt;
}

/// What it needs at least: a nameserver that is only asked for serials does without.
void add_content(NameserverAccess& access, const storage::NameserverSettings& settings, const ip::address& address,
                 const SecretStore& secrets) {
  access.address = address;
  access.port = settings.port;
  if (!settings.transfer_key) {
    return;
  }
  auto key = open_key(*settings.transfer_key, secrets);
  auto upstream = upstream_of(settings, settings.transfer_key->name);
  if (key && upstream) {
    access.primaries = std::move(upstream->primaries);
    access.transfer_key = std::make_shared<const tsig::Key>(std::move(*key));
  }
}

}  // namespace

Result<tsig::Key, AccessError> open_transfer_key(const storage::NameserverSettings& settings,
                                                 const SecretStore& secrets) {
  if (!settings.transfer_key) {
    return AccessError{"the nameserver has no transfer key"};
  }
  return open_key(*settings.transfer_key, secrets);
}

void fetch_data_keys(const storage::NameserverSettings& settings, const SecretStore& secrets) {
  // Whether they can be opened is for `open_access` to say.
  for (const auto& key : {settings.transfer_key, settings.notify_key}) {
    if (key) {
      (void)open_key(*key, secrets);
    }
  }
  if (settings.secret_sealed) {
    (void)driver_secret_of(settings, secrets);
  }
}

Result<NameserverAccess, AccessError> open_access(const storage::NameserverSettings& settings,
                                                  const SecretStore& secrets,
                                                  const boost::asio::any_io_executor& executor, const Clock& clock) {
  const auto address = parse_address(settings.address);
  if (!address) {
    return address.error();
  }
  NameserverAccess access{.probe = nullptr, .control = std::nullopt, .abilities = abilities_of(settings.driver)};
  std::optional<ProbeSignature> signature;
  if (settings.notify_key) {
    auto key = open_key(*settings.notify_key, secrets);
    if (!key) {
      return key.error();
    }
    signature.emplace(ProbeSignature{std::make_shared<const tsig::Key>(std::move(*key)), clock});
  }
  try {
    access.probe = std::make_unique<SoaProbe>(executor, ip::udp::endpoint(*address, settings.port), SoaProbeLimits{},
                                              std::move(signature));
  } catch (const boost::system::system_error& error) {
    return AccessError{std::string("no socket for such an address: ") + error.what()};
  }
  if (settings.driver == storage::DriverKind::catalog) {
    if (auto error = add_catalog(access, settings, executor)) {
      return *std::move(error);
    }
  }
  if (has_control(settings.driver)) {
    auto control = make_control(settings, *address, secrets, executor, clock);
    if (!control) {
      return control.error();
    }
    access.control = std::move(*control);
  }
  add_content(access, settings, *address, secrets);
  return access;
}

}  // namespace minidns::pool
