#pragma once

#include "api/change.hpp"
#include "api/page.hpp"
#include "api/socket_address.hpp"
#include "api/zone.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::api {

/// What to do with a zone on a nameserver that its pool doesn't have.
enum class UnknownZones { remove, warn, ignore };

[[nodiscard]] std::string_view to_text(UnknownZones policy);
[[nodiscard]] std::optional<UnknownZones> unknown_zones_from_text(std::string_view text);

/// Which kind of nameserver consumes a catalog zone.
enum class CatalogFamily { bind, knot };

[[nodiscard]] std::string_view to_text(CatalogFamily family);

/// A catalog zone (RFC 9432) of all the pool's zones, for nameservers of one family.
struct Catalog {
  CatalogFamily family;
  dns::Name name;
  std::optional<std::string> group = {};  ///< of every member; Knot only
  friend bool operator==(const Catalog&, const Catalog&) = default;
};

struct CatalogView {
  Catalog catalog;
  ZoneId zone_id;
  dns::Serial serial;
};

inline constexpr std::size_t pool_catalogs_max = 2;  ///< one of each family
inline constexpr std::size_t pool_name_length_max = 50;
inline constexpr std::size_t pool_ns_records_max = 32;
inline constexpr std::size_t pool_primaries_max = 32;
inline constexpr std::int32_t pool_threshold_max = 1000;

struct PoolView {
  PoolId id;
  std::string name;
  std::optional<std::string> description = {};
  std::vector<NsRecord> ns_records;           ///< by priority, then hostname
  std::vector<SocketAddress> primaries = {};  ///< in the order given
  std::optional<std::int32_t> threshold = {};
  UnknownZones unknown_zones;
  bool is_default;
  std::vector<CatalogView> catalogs = {};  ///< by family
  std::int64_t revision;
  WallTime created_at;
  std::optional<WallTime> updated_at = {};
};

struct NewPool {
  std::string name;
  std::optional<std::string> description = {};
  std::vector<NsRecord> ns_records;            ///< at least one, no hostname twice
  std::vector<SocketAddress> primaries = {};   ///< where nameservers transfer from: mdns; none twice
  std::optional<std::int32_t> threshold = {};  ///< nameservers that must serve a version; nothing: all in service
  UnknownZones unknown_zones = UnknownZones::remove;
  bool is_default = false;             ///< the pool that was it before is it no longer
  std::vector<Catalog> catalogs = {};  ///< no family twice
};

/// Lists are replaced as a whole.
struct PoolChange {
  std::optional<std::string> name = {};
  Change<std::string> description = {};
  std::optional<std::vector<NsRecord>> ns_records = {};
  std::optional<std::vector<SocketAddress>> primaries = {};
  Change<std::int32_t> threshold = {};
  std::optional<UnknownZones> unknown_zones = {};
  std::optional<bool> is_default = {};
  std::optional<std::vector<Catalog>> catalogs = {};
};

enum class PoolSortKey { created_at, id, updated_at, name };

struct PoolFilter {
  std::optional<TextPattern> name = {};
};

using PoolPageRequest = PageRequest<PoolId, PoolSortKey>;

}  // namespace minidns::api
