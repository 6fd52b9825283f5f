#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "storage/catalogs.hpp"
#include "storage/page.hpp"
#include "storage/zone_reader.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

enum class UnknownZonePolicy { remove, warn, ignore };

/// The catalog zone that nameservers of one family consume.
struct CatalogFields {
  CatalogFamily family;
  dns::Name name;
  std::optional<std::string> group;  ///< of all members; for Knot: which template they get
  friend bool operator==(const CatalogFields&, const CatalogFields&) = default;
};

struct CatalogRecord {
  ZoneId zone;
  CatalogFields fields;
  dns::Serial serial;
};

struct PoolFields {
  std::string name;
  std::optional<std::string> description;
  std::vector<NsName> ns_names;            ///< by priority, then hostname
  std::vector<PrimaryEndpoint> primaries;  ///< in the order given
  std::optional<std::int32_t> threshold;   ///< nothing: all nameservers in service
  UnknownZonePolicy unknown_zones;
  bool is_default;                           ///< at most one is: writing it here takes it from the pool that was
  std::vector<CatalogFields> catalogs = {};  ///< at most one of each family; by family
};

struct PoolRecord {
  PoolId id;
  PoolFields fields;
  std::vector<CatalogRecord> catalogs;  ///< those of `fields`, as zones
  std::int64_t revision;
  WallTime created_at;
  std::optional<WallTime> updated_at;
};

enum class PoolSort { created_at, id, updated_at, name };

/// What stands in the way of changes to a pool.
struct PoolUse {
  bool has_zones;                        ///< also such as wait for their deletion, but not catalogs
  std::vector<CatalogFamily> consumers;  ///< families of its nameservers that consume a catalog
};

/// Every write is announced in the feed. Calls block and throw what storage/postgres/errors.hpp has; a name that is
/// taken is a unique violation (of `zones_name`: a catalog's name). Safe on any thread.
class Pools {
 public:
  virtual ~Pools() = default;
  virtual PoolRecord create(const PoolId& id, const PoolFields& fields) = 0;
  [[nodiscard]] virtual std::optional<PoolRecord> get(const PoolId& id) = 0;
  [[nodiscard]] virtual ListResult<PoolRecord> list(const std::optional<TextFilter>& name,
                                                    const ListRequest<PoolId, PoolSort>& request) = 0;
  /// Changes the fields of the locked row; if it returns false nothing is written. While the row is locked no zone and
  /// no nameserver is made in the pool.
  using Edit = std::function<bool(PoolFields& fields, const PoolUse& use)>;
  /// Nothing if there is no such pool; otherwise the pool as it is afterwards.
  virtual std::optional<PoolRecord> update(const PoolId& id, const Edit& edit) = 0;
  enum class Removal { done, not_found, in_use };
  /// in_use while it has zones, nameservers or keys.
  virtual Removal remove(const PoolId& id) = 0;
};

}  // namespace minidns::storage
