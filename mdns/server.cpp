#include "mdns/server.hpp"

#include "base/task_group.hpp"
#include "base/worker_pool.hpp"
#include "mdns/follow/database_state.hpp"
#include "mdns/follow/follower.hpp"
#include "mdns/follow/heartbeat.hpp"
#include "mdns/inbound/inbound.hpp"
#include "mdns/notify/coordinator.hpp"
#include "mdns/notify/sender.hpp"
#include "mdns/published.hpp"
#include "mdns/replicas.hpp"
#include "mdns/secrets.hpp"
#include "mdns/signing/digests_in_database.hpp"
#include "mdns/tcp_server.hpp"
#include "mdns/tls/tls_context.hpp"
#include "mdns/udp_server.hpp"
#include "mdns/zone_source.hpp"
#include "mdns/zone_updater.hpp"
#include "storage/hints.hpp"
#include "storage/postgres/feed_reader.hpp"
#include "storage/postgres/instances.hpp"
#include "storage/postgres/reader_check.hpp"
#include "storage/postgres/recovery.hpp"
#include "storage/postgres/transfer_peers.hpp"
#include "storage/postgres/zone_content.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <pthread.h>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace minidns::mdns {
namespace asio = boost::asio;
namespace postgres = storage::postgres;

namespace {

/// Zones that wait for a load; more requests get "not available". Each job is a few words.
constexpr std::size_t load_queue_max = 10'000;
/// Above what UpdateQueue ever has under way.
constexpr std::size_t update_queue_max = 2 * UpdateQueue::pending_max;
/// Of rendered differences, which are kept as long as secondaries ask for them; seconds, in practice.
constexpr std::size_t differences_octets_max = std::size_t{32} << 20U;
/// For cut connections to end after the shutdown limit.
constexpr std::chrono::seconds cut_limit{2};
/// Heartbeat and feed notice within this time that a database hangs.
constexpr std::chrono::milliseconds small_statement_limit{5000};
/// For keys and nameservers, and for data keys, beside one for each worker.
constexpr std::size_t own_connections = 2;
/// A worker that finds no free connection: there is one for each, so that is a fault.
constexpr std::chrono::milliseconds acquire_limit{1000};

postgres::ConnectionSettings connection_settings(const DatabaseSettings& database, const char* part) {
  postgres::ConnectionSettings settings;
  settings.conninfo = database.conninfo;
  settings.target_session_attrs = "read-write";
  settings.application_name = std::string("mdns-") + part;
  settings.connect_timeout = database.connect_timeout;
  settings.statement_timeout = database.statement_timeout;
  return settings;
}

postgres::ConnectionSettings small_connection_settings(const DatabaseSettings& database, const char* part) {
  auto settings = connection_settings(database, part);
  settings.statement_timeout = std::min(settings.statement_timeout, small_statement_limit);
  return settings;
}

std::vector<std::string> channels() {
  return {storage::channel_versions, storage::channel_feed, storage::channel_have, storage::channel_notified,
          storage::channel_renotify};
}

std::vector<InboundPrimary> own_addresses(const Settings& settings) {
  std::vector<InboundPrimary> own;
  for (const ListenAddress& listen : settings.listen) {
    own.push_back({plain(listen.address), listen.port});
  }
  return own;
}

std::thread named_thread(const char* name, std::function<void()> work) {
  std::thread thread(std::move(work));
  // The name only helps a person who looks at the threads.
  (void)::pthread_setname_np(thread.native_handle(), name);
  return thread;
}

}  // namespace

/// Members are in the order of use: each may refer to those above it.
struct Server::State {
  State(const Settings& settings_, MasterKeys master_keys, const Clock& clock_, Metrics& metrics, const Logger& log_,
        std::function<void(const std::string&)> on_fatal);
  ~State();

  void listen(const ListenAddress& address);
  void listen_tls(const ListenAddress& address);
  [[nodiscard]] TcpContext tcp_context(Transport transport,
                                       std::function<std::unique_ptr<Stream>(asio::ip::tcp::socket)> make_stream);
  [[nodiscard]] std::shared_ptr<const TlsContext> load_tls(const TlsFiles& files) const;
  void use(std::shared_ptr<const TlsContext> context);
  void reload(const Settings& next);
  void start_threads();
  void stop();
  void run_io();
  void report(const std::exception_ptr& failure) const;
  [[nodiscard]] bool bring_to_store(const ContentKey& key);
  [[nodiscard]] std::size_t workers_each() const { return std::max<std::size_t>(1, settings.database.connections / 2); }

  const Settings settings;
  const Clock& clock;
  const Logger& log;
  const InstanceId self;
  const FollowMetrics follow_metrics;
  const ConnectionMetrics connection_metrics;
  const TransferMetrics transfer_metrics;
  const ReplicaMetrics replica_metrics;
  const UnservedMetrics unserved_metrics;
  const TlsMetrics tls_metrics;

  PublishedSettings runtime;
  Published<TlsContext> tls{nullptr};
  DatabaseState database;
  const postgres::ReaderCheck reader_check;
  std::shared_ptr<postgres::ConnectionPool> connections;
  const Secrets secrets;
  Replicas replicas;
  postgres::PostgresContentSource content;
  postgres::PostgresTransferPeers peers_reader;
  postgres::PostgresRecoveryReports recovery;
  postgres::PostgresFeedReader feed;
  postgres::PostgresInstances instances;

  PublishedPeers peers{std::make_shared<const Peers>()};
  ZoneIndex index;
  SnapshotCache cache;
  std::unique_ptr<LocalStore> store;  // null: there is none

  ConnectionLimits limits;  // before io: connections that were never resumed end with it
  TransferGate gate;
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> io_work{io.get_executor()};
  NotifySender sender;
  NotifyCoordinator coordinator;
  ContentSigner signer;
  const std::unique_ptr<DigestCheck> digests;
  ZoneLoader loader;
  ZoneUpdater updater;
  UpdateQueue updates;  // its workers are below: they end first
  RequestHandler handler;
  RenderedDifferences differences{differences_octets_max};
  WorkerPool update_workers;
  WorkerPool load_workers;
  ZoneSource zones;
  Inbound inbound;

  TaskGroup tasks;
  std::vector<std::unique_ptr<UdpServer>> udp;
  std::vector<std::unique_ptr<TcpServer>> tcp;

  Follower follower;
  HeartbeatLoop heartbeat;
  std::vector<std::thread> database_threads;
  std::vector<std::thread> io_threads;
  bool stopped = false;
};

Server::State::State(const Settings& settings_, MasterKeys master_keys, const Clock& clock_, Metrics& metrics,
                     const Logger& log_, std::function<void(const std::string&)> on_fatal)
    : settings(settings_),
      clock(clock_),
      log(log_),
      self(Uuid::version7(clock_.wall())),
      follow_metrics(make_follow_metrics(metrics)),
      connection_metrics(make_connection_metrics(metrics)),
      transfer_metrics(metrics),
      replica_metrics(make_replica_metrics(metrics)),
      unserved_metrics(make_unserved_metrics(metrics)),
      tls_metrics(make_tls_metrics(metrics)),
      runtime(std::make_shared<const RuntimeSettings>(settings.runtime)),
      database(clock),
      reader_check(connection_settings(settings.database, "epoch")),
      connections(std::make_shared<postgres::ConnectionPool>(connection_settings(settings.database, "load"),
                                                             2 * workers_each() + own_connections, acquire_limit,
                                                             reader_check)),
      secrets(std::move(master_keys), connections, clock, metrics, log),
      replicas(settings.replicas, connection_settings(settings.database, "replica"), 2 * workers_each() + 1,
               acquire_limit, reader_check),
      content(connections, replicas.pools(), settings.replicas.wait, reader_check,
              [this](auto choice) { count(replica_metrics, choice); }),
      peers_reader(connections),
      recovery(connections, "mdns " + settings.advertised_address),
      feed(small_connection_settings(settings.database, "follow"), channels(), reader_check),
      instances(small_connection_settings(settings.database, "beat"), reader_check),
      cache(settings.snapshots),
      store(settings.store.path.empty()
                ? nullptr
                : std::make_unique<LocalStore>(settings.store, index, clock, log, make_store_metrics(metrics))),
      limits(settings.runtime.tcp.connections_max, settings.runtime.tcp.connections_per_peer_max),
      gate(settings.runtime.transfers.limits,
           metrics.gauge("minidns_mdns_transfers_waiting", "Transfers that wait for their turn")),
      sender(io, settings.notify, peers, clock, log, make_notify_metrics(metrics)),
      coordinator(io, self, settings.election, sender, index, clock),
      signer(secrets.signing_keys(), make_signature_counter(metrics)),
      digests(check_digests_in(connection_settings(settings.database, "digest"), reader_check, secrets.store(), self,
                               metrics, log)),
      loader(content, cache, index, log, make_loader_metrics(metrics), signer, store.get(), digests.get()),
      updater(
          loader, index, log, [this](const PoolId& pool) { return peers.get()->views_of(pool); },
          [this](const ZonePointer& zone) { coordinator.ready(zone); }),
      updates(updater, index, update_workers, clock),
      handler(index, settings.reply, clock, QueryMetrics(metrics)),
      update_workers("mdns-update", workers_each(), update_queue_max),
      load_workers("mdns-load", workers_each(), load_queue_max),
      zones(loader, cache, differences, load_workers),
      inbound(
          io, settings.inbound, settings.database, reader_check, own_addresses(settings), self,
          [this](const ZoneId& zone) { return coordinator.is_ours(zone); }, secrets.store(), clock, metrics, log),
      tasks([this](const std::exception_ptr& failure) { report(failure); }),
      follower({{feed, content.primary(), peers_reader},
                replicas.followed(),
                recovery,
                secrets.store(),
                index,
                cache,
                loader,
                update_workers,
                updates,
                peers,
                coordinator,
                sender,
                database,
                clock,
                follow_metrics,
                log,
                std::move(on_fatal),
                store.get(),
                [this](std::int64_t epoch) { reader_check.saw(epoch); },
                [this](const std::vector<WrappedDataKey>& keys) { secrets.learn(keys); }}),
      heartbeat(instances, coordinator, database, self, settings.advertised_address, follow_metrics, clock, log) {
  handler.use(inbound.gate());
  for (const ListenAddress& address : settings.listen) {
    listen(address);
  }
  if (!settings.listen_tls.empty()) {
    use(load_tls(settings.tls));
  }
  for (const ListenAddress& address : settings.listen_tls) {
    listen_tls(address);
  }
  std::vector<UdpServer*> sockets;
  for (const auto& server : udp) {
    sockets.push_back(server.get());
  }
  sender.use(sockets);
  start_threads();
  log.info("serving", {{"instance", self.to_string()}, {"address", settings.advertised_address}});
}

Server::State::~State() {
  stop();
}

void Server::State::listen(const ListenAddress& address) {
  const UdpContext udp_context{
      handler, zones, peers,
      runtime, log,   [this](ByteView octets, const asio::ip::udp::endpoint& from) { sender.received(octets, from); }};
  udp.push_back(std::make_unique<UdpServer>(io, asio::ip::udp::endpoint(address.address, address.port), udp_context));
  tcp.push_back(std::make_unique<TcpServer>(io, asio::ip::tcp::endpoint(address.address, address.port),
                                            tcp_context(Transport::tcp, make_plain_stream), limits));
}

void Server::State::listen_tls(const ListenAddress& address) {
  const auto wrap = [this](asio::ip::tcp::socket socket) { return tls.get()->wrap(std::move(socket)); };
  tcp.push_back(std::make_unique<TcpServer>(io, asio::ip::tcp::endpoint(address.address, address.port),
                                            tcp_context(Transport::tls, wrap), limits));
}

TcpContext Server::State::tcp_context(Transport transport,
                                      std::function<std::unique_ptr<Stream>(asio::ip::tcp::socket)> make_stream) {
  return {transport,          std::move(make_stream), handler,          zones,       peers, gate, runtime,
          connection_metrics, transfer_metrics,       unserved_metrics, tls_metrics, log};
}

/// Throws std::runtime_error if the files can't be used.
std::shared_ptr<const TlsContext> Server::State::load_tls(const TlsFiles& files) const {
  auto loaded = TlsContext::load(files);
  if (!loaded) {
    throw std::runtime_error(loaded.error().detail);
  }
  if ((*loaded)->not_after() <= clock.wall()) {
    log.error("TLS certificate is out of date: secondaries won't accept it", {{"file", files.certificate}});
  }
  return *std::move(loaded);
}

void Server::State::use(std::shared_ptr<const TlsContext> context) {
  tls_metrics.not_after_s.set(std::chrono::duration<double>(context->not_after().time_since_epoch()).count());
  tls.publish(std::move(context));
}

void Server::State::reload(const Settings& next) {
  for (const std::string& setting : changed_but_fixed(settings.values, next.values)) {
    log.warning("setting changed, takes effect at the next start", {{"setting", setting}});
  }
  if (!settings.listen_tls.empty()) {
    try {
      use(load_tls(next.tls));
    } catch (const std::runtime_error& error) {
      log.error("TLS certificate not taken: the one before stays", {{"reason", error.what()}});
    }
  }
  limits.set_limits(next.runtime.tcp.connections_max, next.runtime.tcp.connections_per_peer_max);
  gate.set_limits(next.runtime.transfers.limits);
  runtime.publish(std::make_shared<const RuntimeSettings>(next.runtime));
  log.info("configuration read again");
}

void Server::State::start_threads() {
  if (store) {
    store->set_bring([this](const ContentKey& key) { return bring_to_store(key); });
  }
  for (const auto& server : udp) {
    server->start();
  }
  for (const auto& server : tcp) {
    server->start(tasks);
  }
  for (std::size_t i = 0; i < settings.io_threads; ++i) {
    io_threads.push_back(named_thread("mdns-io", [this] { run_io(); }));
  }
  database_threads.push_back(named_thread("mdns-follow", [this] { follower.run(); }));
  database_threads.push_back(named_thread("mdns-beat", [this] { heartbeat.run(); }));
  inbound.start();
}

/// What the store lacks, from memory or by way of the database. False if the zone is gone.
bool Server::State::bring_to_store(const ContentKey& key) {
  const ZonePointer zone = index.find(key.zone);
  if (!zone) {
    return false;
  }
  const auto cached = cache.find(key);
  if (cached && cached->snapshot->version() >= zone->version) {
    store->put(key, zone->pool, *cached, nullptr);
  } else {
    loader.load(update_workers, key, zone->version, [](const Loaded&) {});  // which puts it there
  }
  return true;
}

void Server::State::run_io() {
  while (!io.stopped()) {
    try {
      io.run();
    } catch (const std::exception&) {  // of one handler: a datagram, a timer
      report(std::current_exception());
    }
  }
}

/// An exception that nobody expects: a fault of ours, or no memory. Only the connection or datagram is lost.
void Server::State::report(const std::exception_ptr& failure) const {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    log.error("request ended by a fault", {{"reason", error.what()}});
  }
}

void Server::State::stop() {
  if (std::exchange(stopped, true)) {
    return;
  }
  tasks.close();
  for (const auto& server : tcp) {
    server->drain();
  }
  follower.stop();
  heartbeat.stop();
  inbound.stop();
  if (!tasks.wait_idle(settings.shutdown_limit)) {
    log.warning("transfers cut: they did not end within the shutdown limit", {{"connections", tasks.size()}});
    tasks.cancel();
    (void)tasks.wait_idle(cut_limit);
  }
  for (std::thread& thread : database_threads) {
    thread.join();
  }
  sender.close();
  for (const auto& server : udp) {
    server->close();
  }
  update_workers.stop();
  load_workers.stop();
  if (store) {
    store->stop();
  }
  io_work.reset();
  io.stop();
  for (std::thread& thread : io_threads) {
    thread.join();
  }
}

Server::Server(const Settings& settings, MasterKeys master_keys, const Clock& clock, Metrics& metrics,
               const Logger& log, std::function<void(const std::string&)> on_fatal)
    : state_(std::make_unique<State>(settings, std::move(master_keys), clock, metrics, log, std::move(on_fatal))) {}

Server::~Server() = default;

void Server::stop() {
  state_->stop();
}

void Server::reload(const Settings& settings) {
  state_->reload(settings);
}

/// Ready as soon as there is something to serve, and from then on, whatever becomes of the database.
Readiness Server::readiness() const {
  const bool loaded = state_->database.loaded.load();
  const auto down = state_->database.down_for();
  std::string detail = down ? "database=down stale_for=" + std::to_string(down->count()) + "s"
                       : state_->database.is_by_replica() ? "database=replica"
                                                          : "database=up";
  detail += " zones=" + std::to_string(state_->index.size()) +
            " feed_seq=" + std::to_string(state_->database.applied_seq.load());
  return {loaded, std::move(detail)};
}

}  // namespace minidns::mdns
