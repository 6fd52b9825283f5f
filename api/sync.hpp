#pragma once

#include "api/nameserver.hpp"
#include "api/page.hpp"
#include "api/status.hpp"
#include "api/visibility.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "dns/version.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The sync matrix: what every nameserver should serve, against what it does.
namespace minidns::api {

/// The worst thing to say of a zone on a nameserver, or of a nameserver, in rising order.
enum class SyncStatus {
  ok,
  lagging,        ///< something isn't visible there yet
  expiring,       ///< signatures there are about to end
  diverged,       ///< what it serves for a serial is something else
  unreachable,    ///< it doesn't answer
  not_worked_for  ///< nobody looks: it is in maintenance or retired, or no pool manager has it
};

/// What a nameserver did not confirm at the first try or in time.
struct TaskView {
  Action action;
  Status status;  ///< pending, or error: tried too often, and tried again slowly
  dns::Version version;
  dns::Serial serial;
  std::int64_t attempts;
  std::optional<std::string> reason;  ///< what the nameserver showed or said last
  WallTime noticed_at;
  WallTime next_try_at;
};

enum class ContentFaultKind { diverged, expiring };

struct ContentFaultView {
  ContentFaultKind kind;
  dns::Serial serial;  ///< that the nameserver showed
  std::string detail;
  WallTime found_at;
  WallTime seen_at;  ///< last
};

/// One zone on one nameserver of its pool.
struct ZoneOnNameserverView {
  NameserverId nameserver_id;
  std::string name;
  NameserverState state;
  bool counts;  ///< takes part in what makes a zone ACTIVE
  SyncStatus status;
  bool is_visible;                    ///< the newest version is served there
  std::optional<std::string> reason;  ///< why the status isn't OK
  std::optional<TaskView> task;
  std::vector<ContentFaultView> faults;
};

struct ZoneSyncView {
  ZoneId zone_id;
  dns::Name name;
  dns::Serial serial;
  VisibilityView visibility;  ///< of the newest version
  std::vector<ZoneOnNameserverView> nameservers;
};

/// One nameserver with all zones of its pool, in numbers.
struct NameserverSyncView {
  /// The pool manager that works for it.
  struct Lease {
    InstanceId holder;
    WallTime until;
    bool is_valid;
  };
  NameserverId nameserver_id;
  PoolId pool_id;
  std::string name;
  NameserverState state;
  bool counts;
  SyncStatus status;
  std::optional<bool> is_reachable;  ///< nothing: never tried
  std::optional<std::string> last_error;
  std::optional<WallTime> compared_at;  ///< its zone list with ours, last
  std::int64_t feed_head;
  std::optional<std::int64_t> visible_through;  ///< all changes up to here are visible, but for the tasks
  std::int64_t tasks_pending;
  std::int64_t tasks_error;
  std::int64_t faults_diverged;
  std::int64_t faults_expiring;
  std::int64_t zones;  ///< that it should have
  std::optional<Lease> lease;
};

/// A zone that isn't as it should be on a nameserver.
struct ZoneExceptionView {
  ZoneId id;
  dns::Name name;
  SyncStatus status;  ///< lagging, expiring or diverged
  std::optional<TaskView> task;
  std::vector<ContentFaultView> faults;
};

enum class ZoneExceptionSortKey { created_at, id, name, next_try_at };

struct ZoneExceptionFilter {
  std::optional<TextPattern> name = {};
  std::optional<SyncStatus> status = {};  ///< lagging: those with a task
  std::optional<Status> task_status = {};
};

using ZoneExceptionPageRequest = PageRequest<ZoneId, ZoneExceptionSortKey>;

}  // namespace minidns::api
