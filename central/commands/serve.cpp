#include "api/server.hpp"
#include "base/database_state.hpp"
#include "base/io_threads.hpp"
#include "base/metrics.hpp"
#include "base/ops_server.hpp"
#include "base/program.hpp"
#include "base/worker_pool.hpp"
#include "central/catalog_keeper.hpp"
#include "central/commands/commands.hpp"
#include "central/commands/secrets.hpp"
#include "central/digest_worker.hpp"
#include "central/dnssec_policy_port.hpp"
#include "central/feed_announcer.hpp"
#include "central/first_signing.hpp"
#include "central/housekeeping.hpp"
#include "central/key_rolling.hpp"
#include "central/key_vault.hpp"
#include "central/nameserver_port.hpp"
#include "central/parent/probe.hpp"
#include "central/pool_port.hpp"
#include "central/presence.hpp"
#include "central/recordset_port.hpp"
#include "central/recovery_worker.hpp"
#include "central/refresh_worker.hpp"
#include "central/roll_worker.hpp"
#include "central/secondary_rules.hpp"
#include "central/service_status_port.hpp"
#include "central/sync_port.hpp"
#include "central/token_authenticator.hpp"
#include "central/tsig_key_port.hpp"
#include "central/version_policy.hpp"
#include "central/view_port.hpp"
#include "central/visibility_waits.hpp"
#include "central/zone_dnssec_port.hpp"
#include "central/zone_port.hpp"
#include "storage/hints.hpp"
#include "storage/postgres/catalogs.hpp"
#include "storage/postgres/data_keys.hpp"
#include "storage/postgres/digest_faults.hpp"
#include "storage/postgres/dnssec_policies.hpp"
#include "storage/postgres/feed_reader.hpp"
#include "storage/postgres/key_rolls.hpp"
#include "storage/postgres/migrations.hpp"
#include "storage/postgres/nameservers.hpp"
#include "storage/postgres/pools.hpp"
#include "storage/postgres/recovery.hpp"
#include "storage/postgres/retention.hpp"
#include "storage/postgres/service_statuses.hpp"
#include "storage/postgres/signing_refresh.hpp"
#include "storage/postgres/sync_matrix.hpp"
#include "storage/postgres/tokens.hpp"
#include "storage/postgres/tsig_keys.hpp"
#include "storage/postgres/version_watch.hpp"
#include "storage/postgres/views.hpp"
#include "storage/postgres/writer_check.hpp"
#include "storage/postgres/zone_dnssec.hpp"
#include "storage/postgres/zone_edit.hpp"
#include "storage/postgres/zone_reader.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <vector>

namespace minidns::central {
namespace {

namespace postgres = storage::postgres;
using namespace std::chrono_literals;

// A request that finds no free connection is answered 503 after it.
constexpr auto acquire_timeout = 2s;

// For the announcer, housekeeping, catalogs, recovery, refresh and key rolls, so that requests can't keep them waiting.
constexpr std::size_t connections_reserved = 6;

std::size_t request_threads(const DatabaseSettings& database) {
  return database.connections > connections_reserved ? database.connections - connections_reserved : 1;
}

/// Half of the connections stay for requests that don't wait.
std::size_t waiters_max(const api::ServerSettings& server) {
  return std::min(visibility_waiters_max, std::max<std::size_t>(server.connections_max / 2, 1));
}

/// A database that isn't there can be waited for; one with a schema that we don't know can't.
/// Nor can one whose secrets we can't open.
void check_database(postgres::ConnectionPool& pool, const Secrets& secrets, DatabaseState& state) {
  try {
    static_cast<void>(pool.acquire());
    secrets.check();
    state.worked();
  } catch (const postgres::SchemaMismatch&) {
    throw;
  } catch (const postgres::Unavailable& error) {
    state.failed(error.what());
  }
}

/// The ports on PostgreSQL.
struct Stores {
  explicit Stores(postgres::ConnectionPool& pool)
      : tokens(pool),
        reader(pool),
        editor(pool),
        pools(pool, version_policy()),
        nameservers(pool),
        keys(pool),
        views(pool),
        services(pool),
        retention(pool),
        catalogs(pool, version_policy()),
        recovery(pool),
        dnssec_policies(pool),
        zone_dnssec(pool),
        refresh(pool),
        rolls(pool),
        digest_faults(pool),
        sync(pool) {}

  postgres::PostgresTokens tokens;
  postgres::PostgresZoneReader reader;
  postgres::PostgresZoneEditor editor;
  postgres::PostgresPools pools;
  postgres::PostgresNameservers nameservers;
  postgres::PostgresTsigKeys keys;
  postgres::PostgresViews views;
  postgres::PostgresServiceStatuses services;
  postgres::PostgresRetention retention;
  postgres::PostgresCatalogs catalogs;
  postgres::PostgresRecovery recovery;
  postgres::PostgresDnssecPolicies dnssec_policies;
  postgres::PostgresZoneDnssec zone_dnssec;
  postgres::PostgresSigningRefresh refresh;
  postgres::PostgresKeyRolls rolls;
  postgres::PostgresDigestFaults digest_faults;
  postgres::PostgresSyncMatrix sync;
};

}  // namespace

void run_serve(CommandLine& line, const Settings& settings, const Clock& clock) {
  line.finish();
  const Logger log("central", settings.program.log_level, STDERR_FILENO);
  auto masters = read_master_keys(settings);
  Metrics metrics;
  DatabaseState database_state(clock, log);
  const postgres::WriterCheck writer_check(connection_settings(settings.database));
  postgres::ConnectionPool connections(connection_settings(settings.database), settings.database.connections,
                                       acquire_timeout, writer_check);
  // A session of its own: secrets are sealed by threads that have one, and wait for this one.
  postgres::ConnectionPool key_connections(connection_settings(settings.database), 1, acquire_timeout, writer_check);
  postgres::PostgresDataKeys data_keys(key_connections);
  const Secrets secrets(std::move(masters.shared), std::move(masters.ksk), data_keys, clock);
  check_database(connections, secrets, database_state);

  Stores stores(connections);
  FeedAnnouncer announcer(connections, log, metrics);
  TokenAuthenticator authenticator(stores.tokens, clock);
  const SecondaryRules secondary(settings.inbound_policy, secrets.shared());
  SealedKeyVault vault(secrets.shared(), secrets.ksks());
  const FirstSigning first_signing(vault, stores.refresh, clock);
  ZonePort zones(stores.reader, stores.editor, secondary, first_signing, announcer, clock);
  RecordsetPort recordsets(stores.reader, stores.editor, announcer, clock);
  PoolPort pools(stores.pools, announcer, clock);
  NameserverPort nameservers(stores.nameservers, stores.pools, stores.keys, stores.views, secrets.shared(), announcer,
                             clock);
  TsigKeyPort keys(stores.keys, stores.views, secrets.shared(), announcer, clock);
  ViewPort views(stores.views);
  ServiceStatusPort services(stores.services);
  DnssecPolicyPort dnssec_policies(stores.dnssec_policies, clock);
  ZoneDnssecPort zone_dnssec({stores.zone_dnssec, stores.dnssec_policies, stores.editor, stores.refresh}, vault,
                             announcer, clock);

  SyncPort sync(stores.sync, stores.nameservers);

  // Threads: I/O (HTTP), database (blocking ports), one each of the announcer, waits for versions, catalogs,
  // housekeeping, recovery, refresh, key rolls, digests, presence and the operator's endpoint.
  postgres::PostgresVersionWatch version_watch(connection_settings(settings.database), writer_check);
  VisibilityWaits waits(version_watch, waiters_max(settings.server), log, metrics);
  postgres::PostgresFeedReader catalog_hints(connection_settings(settings.database), {storage::channel_feed},
                                             writer_check);
  const CatalogKeeper catalog_keeper(stores.catalogs, catalog_hints, announcer, log, metrics);
  const Housekeeping housekeeping(stores.retention, settings.retention, log, metrics);
  const RecoveryWorker recovery(stores.recovery, announcer, log, metrics);
  const RefreshWorker refresh(stores.refresh, vault, announcer, log, metrics);
  DnsParentProbe parents(settings.parents);
  KeyRoller roller(stores.rolls, stores.editor, vault, settings.parents.empty() ? nullptr : &parents, announcer, log,
                   clock);
  const RollWorker rolls(stores.rolls, stores.refresh, roller, log, metrics);
  const DigestWorker digests(stores.digest_faults, announcer, log, metrics);
  boost::asio::io_context io;
  WorkerPool database("database", request_threads(settings.database), settings.request_queue_max);
  const IoThreads io_threads(io, settings.io_threads);
  api::Server server(io.get_executor(), database,
                     {authenticator, zones, recordsets, pools, nameservers, keys, views, services, dnssec_policies,
                      zone_dnssec, sync, waits},
                     clock, log, metrics, settings.server);
  const Presence presence(connection_settings(settings.database), writer_check,
                          settings.server.address + ":" + std::to_string(server.port()), database_state, clock);
  const OpsServer ops(settings.program.ops_address, settings.program.ops_port, metrics, [&] {
    return Readiness{database_state.is_up(), database_state.describe()};
  });
  log.info("serving", {{"address", settings.server.address}, {"port", server.port()}});

  while (wait_for_signal() == Signal::reload) {
    log.info("reload asked for: there is nothing to reload, the configuration is read at start");
  }
  log.info("stopping");
  server.shutdown();
  database.stop();
}

}  // namespace minidns::central
