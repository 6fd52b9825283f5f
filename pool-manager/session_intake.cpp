// What comes into the window: the feed, tasks that are due, and what comparisons find.
#include "pool-manager/session.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace minidns::pool {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime::duration no_wait{};
/// Changes per read: 200 kB, and a few milliseconds of the database.
constexpr std::size_t page_changes = 1000;
/// The feed is read so often even if no hint came.
constexpr SteadyTime::duration feed_interval = 1s;
/// A comparison that is due waits at most so long for its turn, should a wake-up be missing.
constexpr SteadyTime::duration sweep_poll = 1s;
/// When the window is full, or must not be filled.
constexpr SteadyTime::duration full_wait = 50ms;
/// Tasks per batch.
constexpr std::size_t task_batch = 500;
constexpr SteadyTime::duration tasks_interval = 1s;
/// For a task that is in hand, until the database may give it out again: a few times as long as an attempt takes.
constexpr auto task_hold = 30s;
/// While a nameserver is away for too long, new tasks are looked for so often.
constexpr std::chrono::milliseconds overdue_interval = 15s;
constexpr std::size_t overdue_batch = 10'000;
/// Tasks are counted so often, for the metrics: it reads them all.
constexpr auto count_interval = 15s;
/// The least time between two comparisons, whatever asks for them.
constexpr auto sweep_spacing = 5s;

}  // namespace

boost::asio::awaitable<void> Session::read_feed() {
  while (!end_) {
    const bool can_read = !compare_all_ && window_.room_for_changes() > 0;
    if (can_read) {
      co_await read_page();
    }
    const bool has_more = can_read && feed_head_ > window_.read_through();
    co_await feed_wakeup_.wait_for(has_more ? no_wait : can_read ? feed_interval : full_wait);
  }
}

boost::asio::awaitable<void> Session::read_page() {
  const std::size_t limit = std::min(page_changes, window_.room_for_changes());
  auto read = [pool = settings_.pool, after = window_.read_through(), limit](storage::NameserverWork& work) {
    return work.read_feed(pool, after, limit);
  };
  const storage::FeedPage page = co_await ask_database(context_, read);
  if (compare_all_) {
    co_return;  // asked for meanwhile
  }
  if (must_compare_all(page)) {
    context_.log.warning("the feed doesn't lead on from here: all zones are compared",
                         {{"nameserver", settings_.name},
                          {"position", window_.read_through()},
                          {"head", page.head.seq},
                          {"epoch", page.head.epoch}});
    if (epoch_ != page.head.epoch || page.head.seq < window_.read_through()) {
      window_.set_position(0);  // nothing is known of what is visible
    }
    epoch_ = page.head.epoch;
    compare_all_ = true;
    sweep_at_once_ = true;
    catch_up_ = CatchUp();  // what was compared until now isn't all
    sweep_wakeup_.notify();
    co_return;
  }
  epoch_ = page.head.epoch;
  take_page(page);
  if (page.settings_changed) {
    co_await check_settings();
  }
}

bool Session::must_compare_all(const storage::FeedPage& page) const {
  const std::int64_t position = window_.read_through();
  return (epoch_ && *epoch_ != page.head.epoch) || page.head.seq < position || position < page.head.pruned_through;
}

void Session::take_page(const storage::FeedPage& page) {
  feed_head_ = std::max(page.head.seq, page.read_through);
  window_.add(page, context_.clock.steady());
  if (page.zone_forgotten) {
    sweep_wanted_ = true;
    sweep_wakeup_.notify();
  }
  if (circuit_.is_open()) {
    window_.record_all("the nameserver can't be reached");
  }
  looks_wakeup_.notify();
  commands_wakeup_.notify();
  save_wakeup_.notify();
}

/// A key, a nameserver or a pool has changed, perhaps ours.
boost::asio::awaitable<void> Session::check_settings() {
  auto read = [nameserver = settings_.id](storage::NameserverWork& work) { return work.read_settings(nameserver); };
  const auto settings = co_await ask_database(context_, read);
  if (settings && same_but_for_state(*settings, settings_)) {
    take_state(settings->state);
  } else {
    end(End::settings_changed);
  }
}

boost::asio::awaitable<void> Session::work_on_tasks() {
  SteadyTime next_count{};
  SteadyTime next_overdue{};
  const std::chrono::milliseconds absence = context_.settings.retry.error_after_absence;
  while (!end_) {
    const SteadyTime now = context_.clock.steady();
    if (now >= next_count) {
      next_count = now + count_interval;
      co_await count_tasks();
    }
    if (circuit_.is_open() && now >= circuit_.open_since() + absence && now >= next_overdue) {
      next_overdue = now + std::min(overdue_interval, absence);
      co_await mark_overdue_tasks();
    }
    bool has_more = false;
    if (may_act() && window_.room_for_tasks() > 0) {
      has_more = co_await take_tasks();
    }
    co_await tasks_wakeup_.wait_for(has_more ? no_wait : tasks_interval);
  }
}

boost::asio::awaitable<void> Session::count_tasks() {
  auto count = [nameserver = settings_.id](storage::NameserverWork& work) { return work.count_tasks(nameserver); };
  const storage::TaskCounts counts = co_await ask_database(context_, count);
  metrics_.tasks_pending.set(static_cast<double>(counts.pending));
  metrics_.tasks_error.set(static_cast<double>(counts.error));
  tasks_kept_ = counts.pending + counts.error;
}

/// Whether there are more, and room for them.
boost::asio::awaitable<bool> Session::take_tasks() {
  const std::size_t limit = std::min(task_batch, window_.room_for_tasks());
  auto take = [lease = lease_.lease(), limit](storage::NameserverWork& work) {
    return work.take_due_tasks(lease, limit, task_hold);
  };
  const auto tasks = co_await ask_database(context_, take);
  if (!tasks) {
    end(End::lease_lost);
    co_return false;
  }
  for (const storage::Task& task : *tasks) {
    window_.add(task, context_.clock.steady());
  }
  if (circuit_.is_open()) {
    window_.record_all("the nameserver can't be reached");
    save_wakeup_.notify();
  }
  looks_wakeup_.notify();
  more_tasks_ = tasks->size() == limit;
  co_return more_tasks_&& window_.room_for_tasks() > 0;
}

boost::asio::awaitable<void> Session::mark_overdue_tasks() {
  bool has_more = true;
  while (has_more && !end_) {
    auto mark = [lease = lease_.lease(),
                 age = context_.settings.retry.error_after_absence](storage::NameserverWork& work) {
      return work.mark_overdue(lease, age, "the nameserver can't be reached", overdue_batch);
    };
    const auto marked = co_await ask_database(context_, mark);
    if (!marked) {
      end(End::lease_lost);
      co_return;
    }
    has_more = *marked == static_cast<std::int64_t>(overdue_batch);
  }
}

boost::asio::awaitable<void> Session::compare_lists() {
  SteadyTime last{};
  SteadyTime next{};
  while (!end_) {
    const SteadyTime now = context_.clock.steady();
    const bool is_wanted = sweep_at_once_ || ((sweep_wanted_ || compare_all_) && now >= last + sweep_spacing);
    if (may_act() && (is_wanted || now >= next)) {
      sweep_wanted_ = sweep_at_once_ = false;
      last = now;
      const bool is_done = co_await sweep_once();
      next = now + (is_done ? sweep_pause(context_.settings, context_.clock.steady() - now)
                            : context_.settings.sweep_interval);
    }
    co_await sweep_wakeup_.wait_for(sweep_poll);
  }
}

/// False if it could not be done, or not to its end.
boost::asio::awaitable<bool> Session::sweep_once() {
  const SteadyTime begin = context_.clock.steady();
  auto read = [](storage::NameserverWork& work) { return work.read_head(); };
  const storage::FeedPosition head = co_await ask_database(context_, read);
  const bool sets_position = compare_all_;
  // What isn't visible yet of an older position is in hand or a task: the comparison would only find it again.
  const std::int64_t through = sets_position ? head.seq : window_.visible_through().value_or(head.seq);

  Sweep sweep(context_, lease_, metrics_, settings_, access_, window_, commands_turn_, sweep_state_);
  std::function<bool()> must_stop = [this] { return !may_act(); };
  const Sweep::Result result = co_await sweep.run(through, std::move(must_stop));
  metrics_.sweep_time.observe(context_.clock.steady() - begin);
  if (result == Sweep::Result::lease_lost) {
    end(End::lease_lost);
    co_return false;
  }
  if (result != Sweep::Result::done) {
    metrics_.sweeps_failed.increment();
    context_.log.warning("zones could not be compared", {{"nameserver", settings_.name}, {"reason", sweep.reason()}});
    if (result == Sweep::Result::unreachable && circuit_.was_unreachable(context_.clock.steady())) {
      set_unreachable(sweep.reason());
    }
    co_return false;
  }
  metrics_.sweeps_done.increment();
  if (sets_position) {
    epoch_ = head.epoch;
    feed_head_ = head.seq;
    window_.set_position(head.seq);
    compare_all_ = false;
    feed_wakeup_.notify();
  }
  window_.set_swept(sweep_state_.retransfer_after ? std::nullopt : std::optional(content_mark()),
                    sweep_state_.reconfigure ? std::nullopt : std::optional(upstream_mark()));
  if (!sweep.is_complete()) {
    sweep_wanted_ = true;
  } else if (!compare_all_) {
    has_compared(head.seq);
  }
  if (sweep.findings() > 0) {
    context_.log.info("zones compared", {{"nameserver", settings_.name}, {"findings", sweep.findings()}});
    tasks_wakeup_.notify();
  }
  save_wakeup_.notify();
  co_return true;
}

}  // namespace minidns::pool
