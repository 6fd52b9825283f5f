#pragma once

#include "base/clock.hpp"
#include "base/database_state.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/offload.hpp"
#include "base/secret_store.hpp"
#include "base/worker_pool.hpp"
#include "pool-manager/backoff.hpp"
#include "pool-manager/proof/proof_settings.hpp"
#include "pool-manager/version_reports.hpp"
#include "storage/nameserver_work.hpp"
#include "storage/zone_proofs.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

namespace minidns::pool {

struct WorkSettings {
  std::chrono::milliseconds confirm_within{5000};
  std::chrono::milliseconds sweep_interval{60'000};
  /// Of a nameserver's time that comparisons may take, 1 to 100: the larger its list, the longer the pause.
  int sweep_share_percent = 10;
  RetryPolicy retry;
  /// After a failover or restore the database may have lost zones; a nameserver may be the only one that still knows.
  std::chrono::milliseconds unknown_kept_after_restore = std::chrono::hours(24);
  ProofSettings proof;
};

/// What all workers share; everything outlives them.
struct WorkContext {
  const WorkSettings settings;
  storage::NameserverWork& work;
  storage::ZoneProofs& proofs;
  WorkerPool& database;
  DatabaseState& database_state;
  const SecretStore& secrets;
  const VersionReports& reports;
  const Clock& clock;
  const Logger& log;
  Metrics& metrics;
};

/// Too much waits for the database already; the caller comes again.
class DatabaseBusy : public std::runtime_error {
 public:
  DatabaseBusy() : std::runtime_error("too much waits for the database") {}
};

namespace detail {

template <class Value>
boost::asio::awaitable<Value> unless_busy(boost::asio::awaitable<std::optional<Value>> pending) {
  std::optional<Value> value = co_await std::move(pending);
  if (!value) {
    throw DatabaseBusy();
  }
  co_return std::move(*value);
}

}  // namespace detail

/// Runs `work(storage)` on a database thread and resumes with its result. Throws what it threw, or DatabaseBusy.
/// `work` must own what it uses; it has a name and is moved from (see base/offload.hpp).
template <class Work>
[[nodiscard]] auto ask_database(const WorkContext& context, Work& work) {
  auto job = [&storage = context.work, work = std::move(work)]() mutable { return work(storage); };
  return detail::unless_busy(offload(context.database, job));
}

}  // namespace minidns::pool
