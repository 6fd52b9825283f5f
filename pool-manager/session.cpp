#include "pool-manager/session.hpp"

#include "base/bytes.hpp"
#include "base/digest.hpp"
#include "base/random.hpp"
#include "storage/hints.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

namespace minidns::pool {
namespace {

using namespace std::chrono_literals;

/// A loop that failed (mostly: no database) begins again after this time.
constexpr auto loop_pause = 1s;
/// How long the loops may take to end by themselves; then their waits are cancelled.
constexpr auto end_patience = 5s;
/// Between two saves: a zone's status is that old at most, and a busy nameserver costs 50 small transactions a second.
constexpr auto save_interval = 20ms;
/// A loop that has nothing to do looks again after this time, should a wake-up be missing.
constexpr SteadyTime::duration idle_wait = 1s;
constexpr SteadyTime::duration no_wait{};

std::string reason_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return error.what();
  }
}

bool is_cancellation(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code() == boost::asio::error::operation_aborted;
  } catch (const std::exception&) {
    return false;
  }
}

WindowSettings window_settings(const WorkSettings& settings, const Abilities& abilities) {
  return {.confirm_within = settings.confirm_within, .retry = settings.retry, .abilities = abilities};
}

}  // namespace

Session::Session(const WorkContext& context, const HeldLease& lease, NameserverMetrics& metrics,
                 const boost::asio::any_io_executor& executor, storage::NameserverSettings settings,
                 NameserverAccess access, bool reconfigure)
    : context_(context),
      lease_(lease),
      metrics_(metrics),
      executor_(executor),
      settings_(std::move(settings)),
      access_(std::move(access)),
      all_have_([this](const storage::ZoneChange& change) { return context_.reports.all_have(change); }),
      window_(window_settings(context.settings, access_.abilities), random_u64),
      commands_turn_(executor),
      sweep_state_{.reconfigure = reconfigure},
      duty_(settings_.state),
      prober_(proof_scope()),
      ended_(executor),
      feed_wakeup_(executor),
      tasks_wakeup_(executor),
      sweep_wakeup_(executor),
      looks_wakeup_(executor),
      commands_wakeup_(executor),
      save_wakeup_(executor),
      circuit_wakeup_(executor),
      entry_wakeup_(executor),
      group_([this](const std::exception_ptr& failure) { loop_failed(reason_of(failure)); }) {
  if (access_.control) {
    access_.control->driver->set_permit([this] { return lease_.is_valid(context_.clock.steady()); });
  }
}

boost::asio::awaitable<Session::End> Session::run() {
  auto read = [nameserver = settings_.id](storage::NameserverWork& work) { return work.read_progress(nameserver); };
  const storage::Progress progress = co_await ask_database(context_, read);
  if (progress.visible_through) {
    window_.set_position(*progress.visible_through);
  } else {
    compare_all_ = true;
  }
  if (duty_.duty == storage::Duty::bootstrapping) {
    co_await begin_bootstrapping();
  }
  if (progress.upstream && *progress.upstream != upstream_mark()) {
    sweep_state_.reconfigure = true;
  }
  if (progress.content != content_mark()) {
    co_await want_retransfer(progress.content.has_value());
  }
  const bool answers = co_await try_nameserver();
  if (answers) {
    set_reachable();
  } else {
    circuit_.was_unreachable(context_.clock.steady());
    set_unreachable("the nameserver can't be reached");
  }
  start_loops();
  co_await wait_for_loops();
  if (*end_ != End::lease_lost) {
    window_.hand_back();
    const bool is_held = co_await save_once();
    if (!is_held) {
      end_ = End::lease_lost;
    }
  }
  co_return *end_;
}

storage::ContentMark Session::content_mark() const {
  return {settings_.pool, settings_.view};
}

/// Of the primaries and the key that its zones should have.
Bytes Session::upstream_mark() const {
  std::string text;
  for (const storage::PrimaryAddress& primary : settings_.primaries) {
    text += primary.address + ' ' + std::to_string(primary.port) + '\n';
  }
  if (const auto& key = settings_.transfer_key) {
    text += key->id.to_string() + ' ' + key->name.to_text() + ' ' + key->algorithm + ' ' + to_hex(key->secret_sealed);
  }
  const auto digest = sha256(as_bytes(text));
  return {digest.begin(), digest.end()};
}

/// What the nameserver has may be of another view or pool, which its serials don't tell. Its own content of each zone
/// is transferred anew once no mdns can take its key for one of another view any more.
boost::asio::awaitable<void> Session::want_retransfer(bool content_is_known) {
  auto read = [](storage::NameserverWork& work) { return work.read_head(); };
  const storage::FeedPosition head = co_await ask_database(context_, read);
  if (access_.control) {
    sweep_state_.retransfer_after = head.seq;
    sweep_state_.reconfigure = true;
  } else if (content_is_known) {
    context_.log.error("a nameserver's view or pool has changed: have all its zones transferred anew by hand",
                       {{"nameserver", settings_.name}});
  }
}

void Session::wake_reports() {
  if (access_.abilities.forces && !circuit_.is_open()) {
    window_.look_at_waiting(all_have_, context_.clock.steady());
    looks_wakeup_.notify();
  }
}

void Session::start_loops() {
  for (const Loop loop : {Loop::feed, Loop::tasks, Loop::sweep, Loop::looks, Loop::commands, Loop::save, Loop::circuit,
                          Loop::entry, Loop::serials, Loop::contents}) {
    start(loop);
  }
}

boost::asio::awaitable<void> Session::run_once(Loop loop) {
  switch (loop) {
    case Loop::feed:
      return read_feed();
    case Loop::tasks:
      return work_on_tasks();
    case Loop::sweep:
      return compare_lists();
    case Loop::looks:
      return look_at_zones();
    case Loop::commands:
      return give_commands();
    case Loop::save:
      return save_progress();
    case Loop::circuit:
      return watch_circuit();
    case Loop::entry:
      return watch_entry();
    case Loop::serials:
      return prober_.prove_serials();
    case Loop::contents:
      return prober_.prove_contents();
  }
  throw std::logic_error("no such loop");
}

void Session::start(Loop loop) {
  ++running_;  // first: it may run, and end, before spawn returns
  if (!group_.spawn(executor_, keep_running(loop))) {
    --running_;
  }
}

void Session::start_looks(std::vector<Window::Ticket> tickets) {
  ++running_;  // first: it may run, and end, before spawn returns
  ++look_batches_;
  if (!group_.spawn(executor_, look_and_leave(std::move(tickets)))) {
    --running_;
    --look_batches_;
  }
}

/// Begins the loop again when it failed, until the session ends.
boost::asio::awaitable<void> Session::keep_running(Loop loop) {
  Wakeup pause(executor_);
  std::exception_ptr cancelled;
  while (!end_ && !cancelled) {
    std::exception_ptr failure;
    try {
      co_await run_once(loop);
    } catch (...) {
      failure = std::current_exception();  // told below: a handler can't wait
    }
    if (failure && is_cancellation(failure)) {
      cancelled = failure;
    } else if (failure) {
      loop_failed(reason_of(failure));
      co_await pause.wait_for(loop_pause);
    }
  }
  left();
}

boost::asio::awaitable<void> Session::look_and_leave(std::vector<Window::Ticket> tickets) {
  std::exception_ptr failure;
  try {
    co_await look(tickets);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure && !is_cancellation(failure)) {
    loop_failed(reason_of(failure));
    window_.look_again(tickets, context_.clock.steady() + loop_pause);
  }
  --look_batches_;
  looks_wakeup_.notify();
  left();
}

void Session::left() {
  --running_;
  ended_.notify();
}

boost::asio::awaitable<void> Session::wait_for_loops() {
  while (!end_) {
    co_await ended_.wait_for(idle_wait);
  }
  const SteadyTime patience_end = context_.clock.steady() + end_patience;
  while (running_ > 0 && context_.clock.steady() < patience_end) {
    co_await ended_.wait_until(patience_end);
  }
  group_.cancel();
  while (running_ > 0) {
    co_await ended_.wait_for(idle_wait);
  }
}

void Session::end(End reason) {
  if (!end_) {
    end_ = reason;
    wake_all();
  }
}

void Session::wake_all() {
  for (Wakeup* wakeup : {&ended_, &feed_wakeup_, &tasks_wakeup_, &sweep_wakeup_, &looks_wakeup_, &commands_wakeup_,
                         &save_wakeup_, &circuit_wakeup_, &entry_wakeup_}) {
    wakeup->notify();
  }
  prober_.wake();
}

bool Session::may_act() const {
  return !end_ && !circuit_.is_open() && lease_.is_valid(context_.clock.steady());
}

void Session::loop_failed(const std::string& reason) const {
  // That the database is down was said already, once for all.
  if (context_.database_state.is_up()) {
    context_.log.warning("work for a nameserver failed and begins again",
                         {{"nameserver", settings_.name}, {"reason", reason}});
  }
}

boost::asio::awaitable<void> Session::save_progress() {
  Wakeup pause(executor_);
  while (!end_) {
    publish();
    window_.record_late(context_.clock.steady());
    if (window_.has_unsaved()) {
      co_await save_or_end();
      co_await pause.wait_for(save_interval);
    }
    co_await save_wakeup_.wait_for(window_.has_unsaved() ? no_wait : idle_wait);
  }
}

boost::asio::awaitable<void> Session::save_or_end() {
  const bool is_held = co_await save_once();
  if (!is_held) {
    end(End::lease_lost);
  }
}

/// False: the lease is lost. Throws, with nothing forgotten, if the database can't be asked.
boost::asio::awaitable<bool> Session::save_once() {
  storage::ProgressUpdate update = window_.take_update();
  auto save = [lease = lease_.lease(), update, nameserver = settings_.id.to_string()](storage::NameserverWork& work) {
    const bool saved = work.save(lease, update);
    // Whoever waits for a version looks now. If the hint fails the same is saved once more, which changes nothing.
    if (saved && (update.visible_through || !update.confirmed.empty() || !update.exceptions.empty())) {
      work.send_hint(storage::channel_visible, nameserver);
    }
    return saved;
  };
  std::exception_ptr failure;
  bool is_held = false;
  try {
    is_held = co_await ask_database(context_, save);
  } catch (...) {
    failure = std::current_exception();
  }
  if (failure) {
    window_.restore(std::move(update));
    std::rethrow_exception(failure);
  }
  co_return is_held;
}

boost::asio::awaitable<void> Session::watch_circuit() {
  while (!end_) {
    const SteadyTime next = circuit_.is_open() ? circuit_.trial_at() : context_.clock.steady() + idle_wait;
    co_await circuit_wakeup_.wait_until(next);
    if (end_ || !circuit_.is_open() || context_.clock.steady() < circuit_.trial_at()) {
      continue;
    }
    const bool answers = co_await try_nameserver();
    if (answers) {
      circuit_.answered();
      set_reachable();
    } else {
      circuit_.trial_failed(context_.clock.steady());
    }
  }
}

/// Whether it answers questions and takes commands.
boost::asio::awaitable<bool> Session::try_nameserver() {
  if (access_.control) {
    const DriverResult<void> ping = co_await access_.control->driver->ping();
    if (!ping && (ping.error().code == DriverErrc::unreachable || ping.error().code == DriverErrc::timeout)) {
      co_return false;
    }
    if (!ping) {
      // It is there; commands will fail one by one, with their reasons, and zones show them.
      context_.log.error("a nameserver's control channel does not work",
                         {{"nameserver", settings_.name}, {"reason", ping.error().detail}});
    }
  }
  const SoaAnswer answer = co_await access_.probe->ask_one(dns::Name::root());
  co_return sight_of(answer).kind != Sight::Kind::silent;
}

void Session::set_unreachable(const std::string& reason) {
  context_.log.warning("nameserver is unreachable", {{"nameserver", settings_.name}, {"reason", reason}});
  window_.record_all("the nameserver can't be reached");
  window_.set_reachable(false, reason);
  metrics_.reachable.set(0);
  wake_all();
}

void Session::set_reachable() {
  context_.log.info("nameserver is reachable", {{"nameserver", settings_.name}});
  window_.set_reachable(true, "");
  metrics_.reachable.set(1);
  key_is_there_ = false;  // it may have been made anew
  sweep_wanted_ = true;
  wake_all();
}

/// False if the nameserver is taken for unreachable by that.
bool Session::hear(bool answered) {
  if (answered) {
    if (!circuit_.is_open()) {
      circuit_.answered();
    }
    return true;
  }
  if (circuit_.was_silent(context_.clock.steady())) {
    set_unreachable("the nameserver does not answer questions");
    return false;
  }
  return true;
}

ProofScope Session::proof_scope() {
  return {.context = context_,
          .lease = lease_,
          .metrics = metrics_,
          .settings = settings_,
          .access = access_,
          .window = window_,
          .turn = commands_turn_,
          .executor = executor_,
          .is_ending = [this] { return end_.has_value(); },
          .may_act = [this] { return may_act(); },
          .heard = [this](bool answered) { (void)hear(answered); },
          .lease_lost = [this] { end(End::lease_lost); },
          .known_through = [this] { return window_.visible_through().value_or(0); },
          .lagging = [this] { return tasks_kept_; },
          .wake_tasks = [this] { tasks_wakeup_.notify(); }};
}

void Session::publish() const {
  prober_.publish(!circuit_.is_open());
  metrics_.window_items.set(static_cast<double>(window_.size()));
  if (const auto visible = window_.visible_through()) {
    metrics_.lag_changes.set(static_cast<double>(std::max<std::int64_t>(feed_head_ - *visible, 0)));
  }
}

}  // namespace minidns::pool
