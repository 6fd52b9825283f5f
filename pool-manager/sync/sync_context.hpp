#pragma once

#include "base/clock.hpp"
#include "base/offload.hpp"
#include "base/worker_pool.hpp"
#include "pool-manager/sync/progress.hpp"
#include "pool-manager/work_context.hpp"
#include "storage/nameserver_leases.hpp"
#include "storage/nameserver_work.hpp"

#include <boost/asio/awaitable.hpp>

namespace minidns::pool::sync {

/// Whom a synchronization asks. All outlive it.
struct SyncContext {
  storage::NameserverWork& work;
  storage::NameserverLeases& leases;
  WorkerPool& database;
  const Clock& clock;
  ProgressDisplay& display;
};

/// Runs `job()` on the database's thread and resumes with its result. Throws what it threw, or DatabaseBusy. `job` must
/// own what it uses; it has a name and is moved from (base/offload.hpp).
template <class Job>
[[nodiscard]] auto ask_database(const SyncContext& context, Job& job) {
  return pool::detail::unless_busy(offload(context.database, job));
}

}  // namespace minidns::pool::sync
