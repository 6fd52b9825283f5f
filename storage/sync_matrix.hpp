#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "storage/nameserver_work.hpp"
#include "storage/page.hpp"
#include "storage/zone_record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

/// What a nameserver did not confirm at the first try or in time, as it is shown.
struct TaskRecord {
  ZoneAction action;
  VersionStamp wanted;
  std::int64_t attempts;
  bool is_error;                      ///< tried too often; it is tried again
  std::optional<std::string> reason;  ///< what the nameserver showed or said last
  WallTime noticed_at;
  WallTime next_try_at;
};

enum class ContentFaultKind { diverged, expiring };

/// What was wrong with a zone's content on a nameserver when it was looked at.
struct ContentFaultRecord {
  ContentFaultKind kind;
  dns::Serial serial;  ///< that the nameserver showed
  std::string detail;
  WallTime found_at;
  WallTime seen_at;  ///< last
};

/// What is known of one zone on one nameserver, beyond what is right; nothing: it is as it should be.
struct ZoneExceptions {
  std::optional<TaskRecord> task;
  std::vector<ContentFaultRecord> faults;  ///< each kind once
};

/// Whether anybody looks after a nameserver, and what it said last.
struct NameserverCondition {
  std::string state;                 ///< bootstrapping, in_service, maintenance, retired
  bool counts;                       ///< takes part in what makes a zone ACTIVE
  std::optional<InstanceId> holder;  ///< the pool manager that works for it
  bool lease_is_valid;               ///< false: nobody works for it
  std::optional<WallTime> lease_until;
  std::optional<bool> is_reachable;  ///< nothing: never tried
  std::optional<std::string> last_error;
  std::optional<WallTime> compared_at;  ///< its whole zone list, last
  std::optional<std::int64_t> visible_through;
};

struct ZoneOnNameserver {
  NameserverId nameserver;
  std::string name;
  NameserverCondition condition;
  bool is_visible;  ///< the zone's newest version is served there
  ZoneExceptions exceptions;
};

/// One zone on all nameservers of its pool, by name.
struct ZoneMatrix {
  ZoneId zone;
  dns::Name name;
  VersionStamp head;
  VersionVisibility visibility;  ///< of the head
  std::vector<ZoneOnNameserver> nameservers;
};

/// One nameserver with all zones of its pool, in numbers.
struct NameserverMatrix {
  NameserverId nameserver;
  std::string name;
  PoolId pool;
  NameserverCondition condition;
  std::int64_t feed_seq;  ///< the feed's head
  TaskCounts tasks;
  std::int64_t diverged;
  std::int64_t expiring;
  std::int64_t zones;  ///< that it should have
};

/// A zone of a nameserver that isn't as it should be.
struct ZoneExceptionRecord {
  ZoneId zone;
  dns::Name name;
  ZoneExceptions exceptions;
};

enum class ZoneExceptionSort { created_at, id, name, next_try_at };

struct ZoneExceptionQuery {
  std::optional<TextFilter> name;
  std::optional<bool> has_task;
  std::optional<bool> is_error;  ///< of the task
  std::optional<ContentFaultKind> fault;
};

/// Desired against observed, zone by nameserver: derived from each nameserver's position in the feed and its
/// exceptions. Calls block and throw what storage/postgres/errors.hpp has. Safe on any thread.
class SyncMatrix {
 public:
  virtual ~SyncMatrix() = default;

  /// Costs as many rows as the pool has nameservers. Nothing if the zone isn't there.
  [[nodiscard]] virtual std::optional<ZoneMatrix> zone(const Reach& reach, const ZoneId& id) = 0;
  /// Counts the zones of the pool and the nameserver's exceptions.
  [[nodiscard]] virtual std::optional<NameserverMatrix> nameserver(const NameserverId& id) = 0;
  /// By zone. Sorts all exceptions of the nameserver for each page.
  [[nodiscard]] virtual ListResult<ZoneExceptionRecord> exceptions(
      const NameserverId& nameserver, const ZoneExceptionQuery& query,
      const ListRequest<ZoneId, ZoneExceptionSort>& request) = 0;
};

}  // namespace minidns::storage
