#include "pool-manager/manager.hpp"

#include "pool-manager/lease_plan.hpp"
#include "storage/hints.hpp"

#include <boost/asio/strand.hpp>

#include <algorithm>
#include <exception>
#include <pthread.h>
#include <string>
#include <utility>

namespace minidns::pool {
namespace {

using namespace std::chrono_literals;

/// Leases are looked after so often in their lifetime: three rounds may fail.
constexpr int rounds_per_lease = 4;
/// After a round that failed.
constexpr auto retry_pause = 500ms;
constexpr auto chore_interval = 1s;
constexpr auto cleaning_interval = 1h;
/// How long the hints thread may be deaf to `stop`.
constexpr auto hint_wait = 200ms;
/// After a hint that a version was committed, the feed is looked at so often, until it was numbered: central does that
/// within some 10 ms.
constexpr auto chase_interval = 5ms;
/// And so long; after that we number it ourselves.
constexpr auto chase_limit = 50ms;

void name_thread(const char* name) {
  // The name only helps a person who looks at the threads: one that the kernel refuses is no reason to fail.
  (void)::pthread_setname_np(::pthread_self(), name);
}

std::string reason_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

Manager::Manager(const WorkContext& context, ManagerSettings settings, InstanceId me, storage::NameserverLeases& leases,
                 storage::FeedReader& hints, VersionReports& reports, boost::asio::any_io_executor io)
    : context_(context),
      settings_(settings),
      me_(me),
      leases_(leases),
      hints_(hints),
      reports_(reports),
      io_(std::move(io)),
      leases_held_(context.metrics.gauge("minidns_pool_manager_leases", "Nameservers that this manager works for")),
      tasks_([&log = context.log](const std::exception_ptr& failure) {
        log.error("a worker has failed", {{"reason", reason_of(failure)}});
      }) {}

Manager::~Manager() = default;

void Manager::start() {
  threads_.emplace_back([this] {
    name_thread("leases");
    repeat(settings_.lease_time / rounds_per_lease, false, [this] { lease_round(); });
  });
  threads_.emplace_back([this] {
    name_thread("chores");
    repeat(chore_interval, true, [this] { chore_round(); });
  });
  threads_.emplace_back([this] {
    name_thread("hints");
    repeat(0ms, false, [this] { hint_round(); });
  });
}

bool Manager::stop(std::chrono::milliseconds limit) {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  threads_.clear();  // joins
  for_each_worker([](Worker& worker) { worker.stop(); });
  tasks_.close();
  const bool all_ended = tasks_.wait_idle(limit);
  if (all_ended) {
    release_all();
  }
  return all_ended;
}

void Manager::repeat(std::chrono::milliseconds interval, bool tells_state, const std::function<void()>& round) {
  while (!is_stopping()) {
    std::string failure;
    try {
      round();
      if (tells_state) {
        context_.database_state.worked();
      }
    } catch (const std::exception& error) {
      failure = error.what();
    }
    if (!failure.empty() && tells_state) {
      context_.database_state.failed(failure);
    } else if (!failure.empty() && context_.database_state.is_up()) {
      context_.log.warning("a round of the manager failed", {{"reason", failure}});
    }
    pause(failure.empty() ? interval : std::max<std::chrono::milliseconds>(interval, retry_pause));
  }
}

bool Manager::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !stopped_.wait_for(lock, time, [this] { return stopping_; });
}

bool Manager::is_stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void Manager::lease_round() {
  drop_ended();
  renew();
  apply_plan();
  const std::lock_guard lock(mutex_);
  leases_held_.set(static_cast<double>(workers_.size()));
}

void Manager::renew() {
  std::vector<storage::Lease> held;
  for_each_worker([&](Worker& worker) { held.push_back(worker.lease().lease()); });
  if (held.empty()) {
    return;
  }
  const SteadyTime asked_at = context_.clock.steady();
  const std::vector<storage::Lease> renewed = leases_.renew(me_, held, settings_.lease_time);
  for_each_worker([&](Worker& worker) {
    if (std::ranges::find(renewed, worker.lease().lease()) != renewed.end()) {
      worker.lease().renewed(asked_at, settings_.lease_time);
    } else {
      worker.stop();  // it would find out at its next save
    }
  });
}

/// Gives back the leases of workers that have ended.
void Manager::drop_ended() {
  std::vector<storage::Lease> ended;
  for_each_worker([&](Worker& worker) {
    if (worker.has_ended()) {
      ended.push_back(worker.lease().lease());
    }
  });
  if (ended.empty()) {
    return;
  }
  leases_.release(me_, ended);
  const std::lock_guard lock(mutex_);
  for (const storage::Lease& lease : ended) {
    workers_.erase(lease.nameserver);
  }
}

void Manager::apply_plan() {
  const storage::LeaseTable table = leases_.read(me_);
  const LeasePlan plan = plan_leases(table, me_);
  for_each_worker([&](Worker& worker) {
    const NameserverId nameserver = worker.lease().lease().nameserver;
    const bool is_to_be_worked_for = std::ranges::any_of(
        table.leases, [&](const storage::LeaseState& lease) { return lease.nameserver == nameserver; });
    const bool is_too_many = std::ranges::find(plan.release, nameserver) != plan.release.end();
    if (!is_to_be_worked_for || is_too_many) {
      worker.stop();
    }
  });
  std::vector<NameserverId> wanted;
  {
    const std::lock_guard lock(mutex_);
    std::ranges::copy_if(plan.acquire, std::back_inserter(wanted),
                         [this](const NameserverId& id) { return !workers_.contains(id); });
  }
  if (wanted.empty()) {
    return;
  }
  const SteadyTime asked_at = context_.clock.steady();
  for (const storage::Lease& lease : leases_.acquire(me_, wanted, settings_.lease_time)) {
    start_worker(lease, asked_at);
  }
}

void Manager::start_worker(const storage::Lease& lease, SteadyTime asked_at) {
  const auto worker =
      std::make_shared<Worker>(context_, lease, asked_at, settings_.lease_time, boost::asio::make_strand(io_));
  {
    const std::lock_guard lock(mutex_);
    workers_.insert_or_assign(lease.nameserver, worker);
  }
  tasks_.spawn(worker->executor(), worker->run());
}

void Manager::chore_round() {
  context_.work.number_changes();
  reports_.set_live(leases_.live_mdns());
  const SteadyTime now = context_.clock.steady();
  if (now >= next_cleaning_) {
    next_cleaning_ = now + cleaning_interval;
    const std::int64_t removed = leases_.remove_dead_instances(settings_.forget_instances_after);
    if (removed > 0) {
      context_.log.info("dead instances forgotten", {{"instances", removed}});
    }
  }
}

void Manager::hint_round() {
  const bool is_chasing = context_.clock.steady() < chase_until_;
  const std::vector<storage::Hint> hints = hints_.wait_hints(is_chasing ? chase_interval : hint_wait);
  for (const storage::Hint& hint : hints) {
    take_hint(hint);
  }
  if (chase_until_ != SteadyTime{}) {
    chase_numbering();
  }
}

void Manager::take_hint(const storage::Hint& hint) {
  if (hint.channel == storage::channel_have) {
    reports_.report(storage::parse_announcements(hint.payload));
    for_each_worker([](Worker& worker) { worker.wake_reports(); });
  } else if (hint.channel == storage::channel_feed) {
    for_each_worker([](Worker& worker) { worker.wake_feed(); });
  } else if (hint.channel == storage::channel_versions && chase_until_ == SteadyTime{}) {
    chase_until_ = context_.clock.steady() + chase_limit;
  }
}

/// A version was committed and is not in the feed yet: looks until it is.
void Manager::chase_numbering() {
  std::int64_t head = context_.work.read_head().seq;
  const bool is_over = context_.clock.steady() >= chase_until_;
  if (head == known_head_ && is_over) {
    head = context_.work.number_changes();
  }
  if (head != known_head_) {
    known_head_ = head;
    for_each_worker([](Worker& worker) { worker.wake_feed(); });
  }
  if (is_over) {
    chase_until_ = SteadyTime{};
  }
}

void Manager::for_each_worker(const std::function<void(Worker&)>& action) {
  const std::lock_guard lock(mutex_);
  for (const auto& [nameserver, worker] : workers_) {
    action(*worker);
  }
}

/// Others need not wait until our leases end. If the database is away, they do.
void Manager::release_all() {
  std::vector<storage::Lease> held;
  for_each_worker([&](Worker& worker) { held.push_back(worker.lease().lease()); });
  try {
    leases_.release(me_, held);
    leases_.leave(me_);
  } catch (const std::exception& error) {
    context_.log.warning("leases could not be given back", {{"reason", std::string(error.what())}});
  }
}

}  // namespace minidns::pool
