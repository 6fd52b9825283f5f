#pragma once

#include "api/change.hpp"
#include "api/page.hpp"
#include "api/pool.hpp"
#include "api/problem.hpp"
#include "api/socket_address.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret.hpp"
#include "tsig/key.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace minidns::api {

/// How a nameserver's zone list is kept right. `catalog`: it consumes the pool's catalog zone. `none`: by hand; it is
/// only notified and measured.
enum class Driver { bind, powerdns, knot, nsd, catalog, none };
enum class NameserverState { bootstrapping, in_service, maintenance, retired };

[[nodiscard]] std::string_view to_text(Driver driver);
[[nodiscard]] std::optional<Driver> driver_from_text(std::string_view text);
[[nodiscard]] std::string_view to_text(NameserverState state);
[[nodiscard]] std::optional<NameserverState> nameserver_state_from_text(std::string_view text);

inline constexpr std::size_t nameserver_name_length_max = 255;
inline constexpr std::size_t nameserver_secret_octets_max = 512;
/// PEM of a key and some certificates; 4096-bit RSA has 3 KB and 2 KB each.
inline constexpr std::size_t nameserver_pem_octets_max = 16'384;
inline constexpr std::size_t setting_length_max = 255;
/// Of names in knot.conf and nsd.conf, and socket paths (107 is the system's limit).
inline constexpr std::size_t config_word_length_max = 100;

struct NoSettings {
  friend bool operator==(const NoSettings&, const NoSettings&) = default;
};

/// The credential is the rndc key's octets (base64 in the API).
struct BindSettings {
  std::optional<IpAddress> control_address = {};  ///< nothing: the nameserver's own
  std::uint16_t control_port = 953;
  tsig::Algorithm control_algorithm = tsig::Algorithm::hmac_sha256;  ///< of the rndc key
  /// Statistics channel, `statistics_url` in JSON: `http://192.0.2.1:8053`. Without it zones can't be listed.
  std::optional<SocketAddress> statistics = {};
  std::optional<std::string> view = {};         ///< nothing: BIND's own, `_default`
  std::optional<std::string> zone_folder = {};  ///< for zone files; nothing: named's own directory
  friend bool operator==(const BindSettings&, const BindSettings&) = default;
};

/// The credential is the API key (text in the API).
struct PowerdnsSettings {
  SocketAddress api;  ///< `api_url` in JSON: `http://192.0.2.1:8081`
  std::string server_id = "localhost";
  friend bool operator==(const PowerdnsSettings&, const PowerdnsSettings&) = default;
};

/// There is no credential: the right to write to the socket is what the pool manager needs.
struct KnotSettings {
  std::string control_socket = "/run/knot/knot.sock";  ///< as the pool manager's host has it
  std::string zone_template = "default";               ///< `template` in JSON: of knot.conf, given to every zone
  std::optional<std::string> acl = {};  ///< of knot.conf, given to every zone beside those for NOTIFY; nothing: none
  friend bool operator==(const KnotSettings&, const KnotSettings&) = default;
};

/// The credential is PEM text: the private key and certificate of nsd-control, then the certificate of NSD.
struct NsdSettings {
  std::string pattern;                            ///< of nsd.conf; it has the primaries and the key
  std::optional<IpAddress> control_address = {};  ///< nothing: the nameserver's own
  std::uint16_t control_port = 8952;
  friend bool operator==(const NsdSettings&, const NsdSettings&) = default;
};

/// There is no credential: the nameserver is told nothing but by NOTIFY.
struct CatalogSettings {
  CatalogFamily family;  ///< the pool must have a catalog for it
  /// BIND's statistics channel, to compare zone lists; without it zones are compared one by one.
  std::optional<SocketAddress> statistics = {};
  std::optional<std::string> view = {};  ///< of BIND, for the statistics; nothing: BIND's own, `_default`
  friend bool operator==(const CatalogSettings&, const CatalogSettings&) = default;
};

/// Which one it is follows from the driver.
using DriverSettings =
    std::variant<NoSettings, BindSettings, PowerdnsSettings, KnotSettings, NsdSettings, CatalogSettings>;

[[nodiscard]] Driver driver_of(const DriverSettings& settings);

/// A JSON object with the API's own keys, those of the structs above; also the form in `nameservers.settings`.
[[nodiscard]] std::string to_json_text(const DriverSettings& settings);
/// The reverse; strict. Paths of errors begin with `settings`.
[[nodiscard]] Result<DriverSettings> driver_settings_from_json(Driver driver, std::string_view json);

/// How far a nameserver that is bootstrapping has come. With its zones compared and nothing left it has caught up.
struct CatchingUp {
  bool compared;         ///< its zones with the pool's, since it is bootstrapping
  std::int64_t changes;  ///< that the pool manager has yet to see, or to see served
  std::int64_t tasks;    ///< that must be done first
};

/// More unknown zones than are deleted without a person's word.
struct RefusedDeletion {
  std::int64_t unknown_zones;
  std::int64_t zones;              ///< that the nameserver has, with them
  std::vector<std::string> names;  ///< of some of the unknown
  WallTime refused_at;
  std::optional<WallTime> confirmed_until = {};
};

/// How long a confirmed deletion may wait for the pool manager, which mostly begins within seconds.
inline constexpr std::chrono::seconds deletion_confirmation_life{900};

struct NameserverView {
  NameserverId id;
  PoolId pool_id;
  std::string name;
  IpAddress address;
  std::uint16_t port;
  NameserverState state;
  bool enters_service = false;  ///< by itself, once it has caught up; only if it is bootstrapping
  std::string view;             ///< that of its transfer key, if it has one
  std::optional<TsigKeyId> transfer_key_id = {};
  std::optional<TsigKeyId> notify_key_id = {};
  bool allow_unsigned_soa;
  DriverSettings settings = {};
  bool has_secret;  ///< the secret itself is never shown
  std::int64_t revision;
  WallTime created_at;
  std::optional<WallTime> updated_at = {};
  std::optional<CatchingUp> catching_up = {};  ///< of one that is bootstrapping
  std::optional<RefusedDeletion> refused_deletion = {};
};

struct NewNameserver {
  PoolId pool_id;
  std::string name;
  IpAddress address;
  std::uint16_t port = 53;
  NameserverState state = NameserverState::in_service;  ///< what is wanted: by way of bootstrapping, unless `force`
  std::optional<bool> enters_service = {};              ///< for `bootstrapping`
  bool force = false;
  std::optional<std::string> view = {};  ///< nothing: the transfer key's, without one the default view
  std::optional<TsigKeyId> transfer_key_id = {};
  std::optional<TsigKeyId> notify_key_id = {};
  bool allow_unsigned_soa = false;
  DriverSettings settings = {};
  std::optional<Secret> secret = {};  ///< octets for the driver; none where it needs none
};

/// The driver can't be changed: `settings` are of the driver named beside them, and it must be the present one.
struct NameserverChange {
  std::optional<std::string> name = {};
  std::optional<IpAddress> address = {};
  std::optional<std::uint16_t> port = {};
  std::optional<NameserverState> state = {};  ///< `in_service` by way of bootstrapping, unless `force`
  std::optional<bool> enters_service = {};    ///< for `bootstrapping`
  bool force = false;
  std::optional<std::string> view = {};  ///< nothing: it follows the transfer key
  Change<TsigKeyId> transfer_key_id = {};
  Change<TsigKeyId> notify_key_id = {};
  std::optional<bool> allow_unsigned_soa = {};
  std::optional<DriverSettings> settings = {};  ///< replaced as a whole
  /// Must equal what the nameserver has, if given. Always given beside `settings` and `secret`, whose form it decides.
  std::optional<Driver> driver = {};
  std::optional<PoolId> pool_id = {};  ///< must equal what the nameserver has, if given
  std::optional<Secret> secret = {};
};

enum class NameserverSortKey { created_at, id, updated_at, name };

struct NameserverFilter {
  std::optional<TextPattern> name = {};
  std::optional<PoolId> pool_id = {};
  std::optional<NameserverState> state = {};
  std::optional<Driver> driver = {};
};

using NameserverPageRequest = PageRequest<NameserverId, NameserverSortKey>;

}  // namespace minidns::api
