// How a nameserver that is bootstrapping gets into service.
#include "pool-manager/session.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace minidns::pool {
namespace {

using namespace std::chrono_literals;

/// Between two looks at whether it has caught up: a few rows of the database.
constexpr SteadyTime::duration entry_interval = 250ms;
/// Where there is nothing to enter.
constexpr SteadyTime::duration idle_wait = 1s;
/// Tasks of before that are made due in one transaction.
constexpr std::size_t begin_batch = 10'000;

}  // namespace

/// What is known of before it was out of work: tasks are tried at once. The comparison that follows finds the rest.
boost::asio::awaitable<void> Session::begin_bootstrapping() {
  bool has_more = true;
  while (has_more && !end_) {
    auto begin = [lease = lease_.lease()](storage::NameserverWork& work) {
      return work.begin_catching_up(lease, begin_batch);
    };
    const auto touched = co_await ask_database(context_, begin);
    if (!touched) {
      end(End::lease_lost);
      co_return;
    }
    has_more = *touched == static_cast<std::int64_t>(begin_batch);
  }
}

/// A change of what the nameserver is worked for as. Whoever must catch up again begins anew.
void Session::take_state(const storage::DutyState& state) {
  const bool goes_back = state.duty != storage::Duty::in_service && state.duty != duty_.duty;
  if (goes_back) {
    end(End::settings_changed);
    return;
  }
  duty_ = state;
  entry_wakeup_.notify();
  if (state.deletion_is_confirmed) {
    sweep_wanted_ = true;
    sweep_wakeup_.notify();
  }
}

/// Its zones have been compared: from now on it is known what it has to catch up with.
void Session::has_compared(std::int64_t head) {
  if (duty_.duty != storage::Duty::bootstrapping || catch_up_.through()) {
    return;
  }
  catch_up_.compared(head, context_.clock.steady());
  window_.set_catch_up(*catch_up_.through());
  save_wakeup_.notify();
  entry_wakeup_.notify();
}

boost::asio::awaitable<void> Session::watch_entry() {
  while (!end_) {
    const bool is_chasing = duty_.duty == storage::Duty::bootstrapping && catch_up_.through();
    if (is_chasing) {
      co_await try_to_enter(*catch_up_.through());
    }
    co_await entry_wakeup_.wait_for(is_chasing ? entry_interval : idle_wait);
  }
}

boost::asio::awaitable<void> Session::try_to_enter(std::int64_t through) {
  auto look = [nameserver = settings_.id, through](storage::NameserverWork& work) {
    return work.has_caught_up(nameserver, through) ? std::optional(work.read_head().seq) : std::nullopt;
  };
  const std::optional<std::int64_t> head = co_await ask_database(context_, look);
  if (!head) {
    co_return;
  }
  const SteadyTime now = context_.clock.steady();
  if (!duty_.enters_service || !catch_up_.is_near(now)) {
    catch_up_.go_on(*head, now);
    window_.set_catch_up(*catch_up_.through());
    save_wakeup_.notify();
    co_return;
  }
  auto enter = [lease = lease_.lease(), through](storage::NameserverWork& work) {
    return work.enter_service(lease, through);
  };
  const storage::Entry entry = co_await ask_database(context_, enter);
  take_entry(entry);
}

void Session::take_entry(storage::Entry entry) {
  switch (entry) {
    case storage::Entry::entered:
      duty_ = {.duty = storage::Duty::in_service};
      context_.log.info("nameserver has caught up and is in service", {{"nameserver", settings_.name}});
      return;
    case storage::Entry::lease_lost:
      end(End::lease_lost);
      return;
    case storage::Entry::behind:    // what has just been found isn't saved yet
    case storage::Entry::unwanted:  // the feed has a person's wish
      return;
  }
}

}  // namespace minidns::pool
