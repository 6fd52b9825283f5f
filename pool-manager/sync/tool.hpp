#pragma once

#include "base/clock.hpp"
#include "base/envelope.hpp"
#include "base/worker_pool.hpp"
#include "pool-manager/settings.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/data_keys.hpp"
#include "storage/postgres/nameserver_leases.hpp"
#include "storage/postgres/nameserver_overview.hpp"
#include "storage/postgres/nameserver_work.hpp"
#include "storage/postgres/writer_check.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>

#include <functional>
#include <stdexcept>
#include <string>

namespace minidns::pool::sync {

/// It can't be done as it was asked for; says why, for a person.
class ToolError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What the commands of `minidns` share: the database with the pool manager's role, secrets, an executor.
class Tool {
 public:
  /// Throws std::runtime_error, and what the database throws.
  explicit Tool(const Settings& settings);

  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] storage::NameserverWork& work() { return work_; }
  [[nodiscard]] storage::NameserverLeases& leases() { return leases_; }
  [[nodiscard]] storage::NameserverOverviews& overviews() { return overviews_; }
  [[nodiscard]] WorkerPool& database() { return database_; }
  [[nodiscard]] const SecretStore& secrets() const { return secrets_; }
  /// A strand.
  [[nodiscard]] const boost::asio::any_io_executor& executor() const { return executor_; }

  /// Throws ToolError if there is none of this name or id.
  [[nodiscard]] storage::NameserverOverview find(const std::string& nameserver);
  /// All that there is to know of it. Throws ToolError if it is gone.
  [[nodiscard]] storage::NameserverSettings settings_of(const storage::NameserverOverview& nameserver);

  /// Runs `task` to its end on the executor. At a signal to stop `on_stop` is called there, and at a second one the
  /// program ends. Returns whether there was one. Throws what the task throws. `block_signals` must have been called.
  bool run(boost::asio::awaitable<void> task, const std::function<void()>& on_stop);

 private:
  const SystemClock clock_;
  storage::postgres::WriterCheck check_;
  storage::postgres::ConnectionPool connections_;
  storage::postgres::PostgresDataKeySource data_keys_;
  const Envelope secrets_;
  storage::postgres::NameserverWork work_;
  storage::postgres::NameserverLeases leases_;
  storage::postgres::PostgresNameserverOverviews overviews_;
  boost::asio::io_context io_;
  boost::asio::any_io_executor executor_;
  WorkerPool database_;
};

inline constexpr int exit_ok = 0;
inline constexpr int exit_not_right = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_interrupted = 130;

}  // namespace minidns::pool::sync
