#include "base/envelope.hpp"
#include "base/io_threads.hpp"
#include "base/ops_server.hpp"
#include "base/program.hpp"
#include "pool-manager/manager.hpp"
#include "pool-manager/settings.hpp"
#include "storage/hints.hpp"
#include "storage/postgres/data_keys.hpp"
#include "storage/postgres/feed_reader.hpp"
#include "storage/postgres/migrations.hpp"
#include "storage/postgres/nameserver_leases.hpp"
#include "storage/postgres/nameserver_work.hpp"
#include "storage/postgres/writer_check.hpp"
#include "storage/postgres/zone_proofs.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace minidns;
using namespace std::chrono_literals;

constexpr int exit_usage = 2;
constexpr int standard_error = 2;
/// For a worker's question: a connection that is free, or nothing.
constexpr auto acquire_timeout = 2s;
/// Connections for the manager's own threads: leases must be renewed however much the workers ask.
constexpr std::size_t manager_connections = 2;
/// Questions of all workers that wait for a database thread.
constexpr std::size_t database_queue_max = 4096;
/// What has begun may take so long to end after SIGTERM.
constexpr auto stop_limit = 15s;

storage::postgres::ConnectionSettings connection_settings(const DatabaseSettings& database) {
  storage::postgres::ConnectionSettings settings;
  settings.conninfo = database.conninfo;
  settings.target_session_attrs = "read-write";
  settings.application_name = "minidns-pool-manager";
  settings.connect_timeout = database.connect_timeout;
  settings.statement_timeout = database.statement_timeout;
  return settings;
}

MasterKeys master_keys_of(const ProgramSettings& settings) {
  auto keys = read_master_keys(settings.master_keys);
  if (!keys) {
    throw std::runtime_error("master key: " + keys.error().detail);
  }
  return *std::move(keys);
}

/// A database that isn't there can be waited for; one with a schema that we don't know, or with secrets that we can't
/// open, can't.
void check_database(storage::postgres::ConnectionPool& connections, const Envelope& secrets, DatabaseState& state) {
  try {
    (void)connections.acquire();
    if (secrets.refresh().foreign > 0) {
      throw std::runtime_error("master key: data keys in the database are wrapped under another one");
    }
    state.worked();
  } catch (const storage::postgres::SchemaMismatch&) {
    throw;
  } catch (const storage::postgres::Unavailable& error) {
    state.failed(error.what());
  }
}

void run(const pool::Settings& settings) {
  const SystemClock clock;
  const Logger log("pool-manager", settings.program.log_level, standard_error);
  Metrics metrics;
  MasterKeys master_keys = master_keys_of(settings.program);

  const storage::postgres::WriterCheck check(connection_settings(settings.database));
  storage::postgres::ConnectionPool connections(connection_settings(settings.database), settings.database.connections,
                                                acquire_timeout, check);
  storage::postgres::PostgresDataKeySource data_keys(connections);
  const Envelope secrets(std::move(master_keys), data_keys, DataKeyPurpose::seal, clock);
  storage::postgres::NameserverWork work(connections);
  storage::postgres::ZoneProofs proofs(connections);
  storage::postgres::NameserverLeases leases(connections);
  storage::postgres::PostgresFeedReader hints(connection_settings(settings.database),
                                              {storage::channel_feed, storage::channel_versions, storage::channel_have},
                                              check);
  DatabaseState database_state(clock, log);
  check_database(connections, secrets, database_state);

  boost::asio::io_context io;
  const std::size_t connection_count = settings.database.connections;
  WorkerPool database("database", connection_count > manager_connections ? connection_count - manager_connections : 1,
                      database_queue_max);
  pool::VersionReports reports(clock);
  const pool::WorkContext context{.settings = settings.work,
                                  .work = work,
                                  .proofs = proofs,
                                  .database = database,
                                  .database_state = database_state,
                                  .secrets = secrets,
                                  .reports = reports,
                                  .clock = clock,
                                  .log = log,
                                  .metrics = metrics};
  const InstanceId me(Uuid::version7(clock.wall()));
  pool::Manager manager(context, {settings.lease_time, settings.forget_instances_after}, me, leases, hints, reports,
                        io.get_executor());
  const OpsServer ops(settings.program.ops_address, settings.program.ops_port, metrics, [&database_state] {
    return Readiness{database_state.is_up(), database_state.describe()};
  });
  const IoThreads io_threads(io, settings.io_threads);
  manager.start();
  log.info("started", {{"instance", me.to_string()}, {"ops_port", ops.port()}});

  while (wait_for_signal() != Signal::stop) {
    log.info("nothing to reload: nameservers, pools and keys are read from the database");
  }
  log.info("stops");
  if (!manager.stop(stop_limit)) {
    // Workers still use what is made here; their leases run out by themselves.
    log.warning("workers did not end in time");
    std::_Exit(1);
  }
  log.info("stopped");
}

}  // namespace

int main(int argc, char** argv) {
  block_signals();
  if (argc != 3 || std::string_view(argv[1]) != "--config") {
    std::cerr << "usage: pool-manager --config FILE\n";
    return exit_usage;
  }
  try {
    run(pool::read_settings(argv[2]));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "pool-manager: " << error.what() << "\n";
    return 1;
  }
}
