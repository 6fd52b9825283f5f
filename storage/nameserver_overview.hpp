#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "dns/version.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

/// How a nameserver stands, as the pool manager that works for it has written.
struct NameserverOverview {
  NameserverId id;
  std::string name;
  PoolId pool;
  std::string pool_name;
  std::string driver;
  std::string address;
  std::uint16_t port;
  std::string state;
  bool enters_service;            ///< it is put in service once it has caught up
  std::optional<bool> reachable;  ///< nothing: not known
  /// Changes of the feed that are not known to be visible there; nothing: never compared.
  std::optional<std::int64_t> lag_changes;
  std::int64_t tasks_pending;
  std::int64_t tasks_error;
  std::int64_t content_faults;
  std::optional<WallTime> compared_at;  ///< last, with the list that it should have
  std::string last_error;
  bool worked_for;  ///< some manager has its lease
};

/// A zone as the database has it.
struct ZoneStanding {
  ZoneId id;
  PoolId pool;
  dns::Name name;
  dns::Version version;
  dns::Serial serial;
  bool deleted;
  std::optional<WallTime> committed_at;  ///< of the version; nothing if its row was pruned
};

/// What a nameserver did not confirm of a zone.
struct ZoneTask {
  NameserverId nameserver;
  std::string action;  ///< create, update, delete
  dns::Version version;
  dns::Serial serial;
  int attempts;
  bool is_error;
  std::string reason;
  WallTime since;
  WallTime next_try_at;
};

/// A fault of a zone's content on a nameserver.
struct ZoneFault {
  NameserverId nameserver;
  std::string fault;  ///< diverged, expiring
  dns::Serial serial;
  std::string detail;
  WallTime found_at;
  WallTime seen_at;
};

/// What a person wants to know of nameservers. All calls block and throw what storage/postgres/errors.hpp has. Safe on
/// any thread.
class NameserverOverviews {
 public:
  virtual ~NameserverOverviews() = default;
  /// By name.
  [[nodiscard]] virtual std::vector<NameserverOverview> list() = 0;
  /// By name or id.
  [[nodiscard]] virtual std::optional<NameserverOverview> find(const std::string& name_or_id) = 0;
  /// Zones of a pool that its nameservers should have: without deleted ones and catalogs.
  [[nodiscard]] virtual std::int64_t count_zones(PoolId pool) = 0;
  /// The living zone of this name, else the one deleted last that is still to go from nameservers.
  [[nodiscard]] virtual std::optional<ZoneStanding> find_zone(const dns::Name& name) = 0;
  [[nodiscard]] virtual std::vector<ZoneTask> tasks_of(const dns::Name& zone) = 0;
  [[nodiscard]] virtual std::vector<ZoneFault> faults_of(ZoneId zone) = 0;

  /// Has a nameserver that is bootstrapping put in service as soon as it has caught up; announced in the feed. True if
  /// it is on its way or there; false if its state is another one, or it is gone.
  virtual bool request_service(NameserverId nameserver) = 0;
};

}  // namespace minidns::storage
