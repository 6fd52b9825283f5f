#include "mdns/inbound/inbound.hpp"

#include "base/task_group.hpp"
#include "base/worker_pool.hpp"
#include "mdns/inbound/inbound_gate.hpp"
#include "mdns/inbound/refresh_job.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/inbound_store.hpp"

#include <boost/asio/strand.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <pthread.h>
#include <stdexcept>
#include <thread>
#include <unordered_set>
#include <utility>

namespace minidns::mdns {
namespace asio = boost::asio;
namespace postgres = storage::postgres;
using namespace std::chrono_literals;

namespace {

/// Between two looks at the database for what has changed.
constexpr std::chrono::milliseconds poll_interval = 1s;
/// Between two readings of all: for rows that went without a word.
constexpr std::chrono::milliseconds read_all_interval = 10min;
/// Due zones and expired ones are looked for so often, or when a NOTIFY comes.
constexpr std::chrono::milliseconds tick = 250ms;
/// Grouping and committing a large zone are one statement each.
constexpr std::chrono::milliseconds statement_limit = 3min;
/// The thread that starts work notices within this time that a database hangs.
constexpr std::chrono::milliseconds read_limit = 5s;
constexpr std::size_t database_threads = 2;
constexpr std::chrono::milliseconds acquire_limit = 5s;
/// For the work under way to notice that it is cancelled; what waits for the database takes longer.
constexpr std::chrono::milliseconds stop_limit = 5s;
/// An incremental transfer is kept in memory until it is applied; a larger one comes as the whole zone, which isn't.
constexpr std::size_t difference_octets_max = 4 * 1024 * 1024;

std::shared_ptr<postgres::ConnectionPool> make_pool(const DatabaseSettings& database, std::size_t connections,
                                                    std::chrono::milliseconds limit,
                                                    const Inbound::OnConnect& on_connect) {
  postgres::ConnectionSettings settings;
  settings.conninfo = database.conninfo;
  settings.application_name = "mdns-inbound";
  settings.connect_timeout = database.connect_timeout;
  settings.statement_timeout = limit;
  return std::make_shared<postgres::ConnectionPool>(settings, connections, acquire_limit, on_connect);
}

InboundMetrics make_metrics(Metrics& metrics) {
  const auto check = [&](const char* result) {
    return metrics.counter("minidns_mdns_inbound_checks_total", "Primaries asked for their SOA, by what came of it",
                           {{"result", result}});
  };
  const auto transfer = [&](const char* result) {
    return metrics.counter("minidns_mdns_inbound_transfers_total", "Transfers from primaries, by what came of them",
                           {{"result", result}});
  };
  return {check("up_to_date"),
          check("newer"),
          check("went_back"),
          check("failed"),
          transfer("axfr"),
          transfer("ixfr"),
          transfer("unchanged"),
          transfer("failed"),
          metrics.counter("minidns_mdns_inbound_octets_total", "Octets of messages received in transfers"),
          metrics.gauge("minidns_mdns_inbound_zones", "Zones that are transferred in"),
          metrics.gauge("minidns_mdns_inbound_expired_zones", "Of them, those that have expired and aren't served"),
          metrics.gauge("minidns_mdns_inbound_alarms", "Of them, those whose primary has what is kept out"),
          metrics.gauge("minidns_mdns_inbound_jobs_running", "Of them, those that this instance works on")};
}

/// How many works are under way, in all and by primary. Safe on every thread.
class Slots {
 public:
  Slots(std::size_t all_max, std::size_t per_primary_max) : all_max_(all_max), per_primary_max_(per_primary_max) {}

  [[nodiscard]] std::size_t free() const {
    const std::lock_guard lock(mutex_);
    return all_max_ - all_;
  }
  /// False if that primary has all that one may have.
  [[nodiscard]] bool take(const asio::ip::address& primary) {
    const std::lock_guard lock(mutex_);
    std::size_t& count = by_primary_[primary];
    if (count == per_primary_max_) {
      return false;
    }
    ++count;
    ++all_;
    return true;
  }
  void give_back(const asio::ip::address& primary) {
    const std::lock_guard lock(mutex_);
    --all_;
    if (--by_primary_[primary] == 0) {
      by_primary_.erase(primary);
    }
  }

 private:
  const std::size_t all_max_;
  const std::size_t per_primary_max_;
  mutable std::mutex mutex_;  // guards what follows
  std::size_t all_ = 0;
  std::map<asio::ip::address, std::size_t> by_primary_;
};

asio::ip::address first_primary(const InboundWork& work) {
  return work.primaries.empty() ? asio::ip::address() : work.primaries.front().address;
}

/// One of a work's slots and its part of the gauge, given back at its end.
class Slot {
 public:
  Slot(Slots& slots, const InboundWork& work, const Gauge& running, InboundTable& table)
      : slots_(slots), zone_(work.zone.id), primary_(first_primary(work)), running_(running), table_(table) {
    running_.add(1);
  }
  ~Slot() {
    running_.add(-1);
    slots_.give_back(primary_);
    table_.ended(zone_);
  }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

 private:
  Slots& slots_;
  const ZoneId zone_;
  const asio::ip::address primary_;
  const Gauge& running_;
  InboundTable& table_;
};

asio::awaitable<void> run_job(std::shared_ptr<RefreshJob> job, std::shared_ptr<Slot> /*slot*/) {
  co_await job->run(job);
}

}  // namespace

/// Members are in the order of use.
struct Inbound::State {
  State(asio::io_context& io_, const InboundSettings& settings_, const DatabaseSettings& database,
        const OnConnect& on_connect, std::vector<InboundPrimary> own_, const InstanceId& self,
        std::function<bool(const ZoneId&)> is_ours_, const SecretStore& box_, const Clock& clock_, Metrics& registry,
        const Logger& log_);

  void run();
  void poll();
  void start_due();
  void publish_expired();
  [[nodiscard]] std::optional<asio::ip::address> source_for(const asio::ip::address& primary) const;
  void report(const std::exception_ptr& failure) const;

  asio::io_context& io;
  const InboundSettings settings;
  const std::vector<InboundPrimary> own;
  const std::function<bool(const ZoneId&)> is_ours;
  const SecretStore& box;
  const Clock& clock;
  const Logger& log;
  const InboundMetrics metrics;
  postgres::PostgresInboundStore reader;
  postgres::PostgresInboundStore store;
  InboundTable table;
  ExpiredZones expired;
  TableGate gate;
  Slots slots;
  RefreshContext context;
  TaskGroup tasks;
  WorkerPool workers;  // after what its jobs touch
  std::thread thread;
  std::atomic<bool> stopping{false};
  bool stopped = false;

  // Of the thread.
  std::optional<std::int64_t> as_of;
  SteadyTime read_all_at{};
  SteadyTime polled_at{};
  bool away = false;
};

Inbound::State::State(asio::io_context& io_, const InboundSettings& settings_, const DatabaseSettings& database,
                      const OnConnect& on_connect, std::vector<InboundPrimary> own_, const InstanceId& self,
                      std::function<bool(const ZoneId&)> is_ours_, const SecretStore& box_, const Clock& clock_,
                      Metrics& registry, const Logger& log_)
    : io(io_),
      settings(settings_),
      own(std::move(own_)),
      is_ours(std::move(is_ours_)),
      box(box_),
      clock(clock_),
      log(log_),
      metrics(make_metrics(registry)),
      reader(make_pool(database, 1, read_limit, on_connect)),
      store(make_pool(database, database_threads, statement_limit, on_connect)),
      table(clock),
      gate(table, expired, log),
      slots(settings.jobs_max, settings.jobs_per_primary_max),
      context{store,
              workers,
              table,
              self,
              settings.refresh,
              settings.client,
              settings.transfer,
              difference_octets_max,
              settings.transfer_limit,
              [this](const asio::ip::address& primary) { return source_for(primary); },
              metrics,
              clock,
              log},
      tasks([this](const std::exception_ptr& failure) { report(failure); }),
      workers("mdns-inbound-db", database_threads, 2 * settings.jobs_max) {}

/// The address that secondaries' owners know us by: the first that we serve on, of the same family.
std::optional<asio::ip::address> Inbound::State::source_for(const asio::ip::address& primary) const {
  for (const InboundPrimary& address : own) {
    if (address.address.is_v4() == primary.is_v4() && !address.address.is_unspecified()) {
      return address.address;
    }
  }
  return std::nullopt;
}

void Inbound::State::report(const std::exception_ptr& failure) const {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    log.error("work on an inbound zone ended by a fault", {{"reason", error.what()}});
  }
}

void Inbound::State::run() {
  while (!stopping.load()) {
    if (clock.steady() - polled_at >= poll_interval) {
      poll();
    }
    publish_expired();
    start_due();
    table.wait(tick);
  }
}

void Inbound::State::poll() {
  polled_at = clock.steady();
  const bool all = !as_of || polled_at - read_all_at >= read_all_interval;
  try {
    auto changes = reader.read(all ? std::nullopt : as_of);
    std::vector<InboundWork> zones;
    zones.reserve(changes.zones.size());
    for (storage::InboundZone& zone : changes.zones) {
      zones.push_back(make_work(std::move(zone), settings.policy, own, box, log));
    }
    table.update(std::move(zones), all);
    as_of = changes.as_of;
    if (all) {
      read_all_at = polled_at;
    }
    away = false;
  } catch (const std::runtime_error& error) {  // of storage; the rest of mdns says that it is away
    if (!std::exchange(away, true)) {
      log.warning("inbound zones: database away", {{"reason", error.what()}});
    }
  }
}

void Inbound::State::publish_expired() {
  const auto counts = table.counts();
  metrics.zones.set(static_cast<double>(counts.zones));
  metrics.alarms.set(static_cast<double>(counts.alarms));
  auto zones = table.expired();
  metrics.expired.set(static_cast<double>(zones.size()));
  if (zones.size() > expired.size()) {
    log.error("zones have expired: no primary of theirs could be reached in time", {{"expired", zones.size()}});
  }
  if (!zones.empty() || expired.size() != 0) {
    expired.replace(std::move(zones));
  }
}

void Inbound::State::start_due() {
  const std::size_t room = slots.free();
  if (room == 0) {
    return;
  }
  // Any instance may hear of news: whoever claims the zone first works on it. Without the database nobody knows who
  // else lives: each instance looks after all zones itself then.
  auto due = table.take_due(room, [this](const InboundWork& work, bool notified) {
    return (notified || away || is_ours(work.zone.id)) && slots.take(first_primary(work));
  });
  for (InboundWork& work : due) {
    const auto slot = std::make_shared<Slot>(slots, work, metrics.running, table);
    const asio::any_io_executor strand = asio::make_strand(io);
    const auto job = std::make_shared<RefreshJob>(context, strand, std::move(work));
    if (!tasks.spawn(strand, run_job(job, slot))) {
      return;  // stopping
    }
  }
}

Inbound::Inbound(asio::io_context& io, const InboundSettings& settings, const DatabaseSettings& database,
                 const OnConnect& on_connect, std::vector<InboundPrimary> own, const InstanceId& self,
                 std::function<bool(const ZoneId&)> is_ours, const SecretStore& box, const Clock& clock,
                 Metrics& metrics, const Logger& log)
    : state_(std::make_unique<State>(io, settings, database, on_connect, std::move(own), self, std::move(is_ours), box,
                                     clock, metrics, log)) {}

Inbound::~Inbound() {
  stop();
}

const InboundGate& Inbound::gate() const {
  return state_->gate;
}

void Inbound::start() {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
  // The name only helps a person who looks at the threads.
  (void)::pthread_setname_np(state_->thread.native_handle(), "mdns-inbound");
}

void Inbound::stop() {
  if (std::exchange(state_->stopped, true)) {
    return;
  }
  state_->stopping.store(true);
  state_->table.wake();
  if (state_->thread.joinable()) {
    state_->thread.join();
  }
  state_->tasks.cancel();
  (void)state_->tasks.wait_idle(stop_limit);
  state_->workers.stop();
}

}  // namespace minidns::mdns
