// What goes out of the window: questions and commands to the nameserver.
#include "pool-manager/session.hpp"
#include "storage/hints.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace minidns::pool {
namespace {

using namespace std::chrono_literals;

/// Zones per batch of questions, and batches under way: a lost packet holds up its own batch only.
constexpr std::size_t look_batch = 256;
constexpr std::size_t look_batches_max = 8;
/// Zones per batch of commands. A person's wish to stop, and a change of what is wanted, wait for one batch.
constexpr std::size_t command_batch = 128;
/// For the commands of a comparison that are under way.
constexpr auto turn_wait = 60s;
constexpr SteadyTime::duration idle_wait = 1s;
constexpr SteadyTime::duration no_wait{};
/// When commands must not be given at present.
constexpr SteadyTime::duration blocked_wait = 100ms;

std::optional<DriverError> failure_of(const DriverResult<void>& result) {
  return result ? std::nullopt : std::optional(result.error());
}

std::vector<dns::Name> names_of(const std::vector<Window::Ticket>& tickets) {
  std::vector<dns::Name> names;
  names.reserve(tickets.size());
  std::ranges::transform(tickets, std::back_inserter(names), &Window::Ticket::name);
  return names;
}

}  // namespace

boost::asio::awaitable<void> Session::look_at_zones() {
  while (!end_) {
    const SteadyTime now = context_.clock.steady();
    if (may_act() && look_batches_ < look_batches_max) {
      std::vector<Window::Ticket> tickets = window_.take_looks(now, look_batch);
      if (!tickets.empty()) {
        start_looks(std::move(tickets));
        continue;
      }
    }
    const SteadyTime latest = now + idle_wait;
    const bool can_look = may_act() && look_batches_ < look_batches_max;
    co_await looks_wakeup_.wait_until(can_look ? std::min(latest, window_.next_look().value_or(latest)) : latest);
  }
}

boost::asio::awaitable<void> Session::look(const std::vector<Window::Ticket>& tickets) {
  std::vector<dns::Name> names = names_of(tickets);
  const std::vector<SoaAnswer> answers = co_await access_.probe->ask(std::move(names));
  std::vector<ZoneId> renotify;
  for (std::size_t i = 0; i < tickets.size(); ++i) {
    take_sight(tickets[i], answers[i], renotify);
  }
  commands_wakeup_.notify();
  if (window_.has_unsaved()) {
    save_wakeup_.notify();
  }
  if (more_tasks_) {
    tasks_wakeup_.notify();
  }
  if (!renotify.empty()) {
    co_await send_renotify(std::move(renotify));
  }
}

void Session::take_sight(const Window::Ticket& ticket, const SoaAnswer& answer, std::vector<ZoneId>& renotify) {
  metrics_.count_probe(answer);
  const SteadyTime now = context_.clock.steady();
  const Sight sight = sight_of(answer);
  if (!hear(sight.kind != Sight::Kind::silent)) {
    return;
  }
  const Window::Outcome outcome = window_.see(ticket, sight, all_have_, now);
  const WallTime wall = context_.clock.wall();
  for (const Mark& mark : outcome.visible) {
    metrics_.commit_to_visible.observe(std::max<WallTime::duration>(wall - mark.committed_at, WallTime::duration(0)));
  }
  if (outcome.went_back) {
    metrics_.regressions.increment();
    context_.log.warning("a zone went back to an older serial",
                         {{"nameserver", settings_.name}, {"zone", ticket.name.to_text()}});
  }
  if (outcome.is_exception) {
    metrics_.exceptions.increment();
    context_.log.debug(
        "not confirmed in time",
        {{"nameserver", settings_.name}, {"zone", ticket.name.to_text()}, {"sight", static_cast<int>(sight.kind)}});
  }
  if (outcome.renotify) {
    renotify.push_back(*outcome.renotify);
  }
}

boost::asio::awaitable<void> Session::send_renotify(std::vector<ZoneId> zones) {
  metrics_.renotifications.increment(static_cast<double>(zones.size()));
  if (access_.catalog) {
    // First: a nameserver that missed the catalog's last version refuses NOTIFY for what it doesn't know of.
    zones.insert(zones.begin(), *access_.catalog);
  }
  std::vector<std::string> payloads(1);
  for (const ZoneId& zone : zones) {
    const std::string line = settings_.id.to_string() + ' ' + zone.to_string();
    if (payloads.back().size() + line.size() + 1 > static_cast<std::size_t>(storage::payload_size_octets_max)) {
      payloads.emplace_back();
    }
    payloads.back() += (payloads.back().empty() ? "" : "\n") + line;
  }
  auto send = [payloads = std::move(payloads)](storage::NameserverWork& work) {
    for (const std::string& payload : payloads) {
      work.send_hint(storage::channel_renotify, payload);
    }
  };
  co_await ask_database(context_, send);
}

boost::asio::awaitable<void> Session::give_commands() {
  while (!end_) {
    if (window_.has_commands() && may_act()) {
      co_await give_in_turn();
    }
    const bool has_more = window_.has_commands();
    co_await commands_wakeup_.wait_for(!has_more ? idle_wait : may_act() ? no_wait : blocked_wait);
  }
}

boost::asio::awaitable<void> Session::give_in_turn() {
  const auto turn = co_await commands_turn_.wait_turn(turn_wait);
  if (turn && may_act()) {
    co_await give_batch();
  }
}

boost::asio::awaitable<void> Session::give_batch() {
  const Window::Commands commands = window_.take_commands(command_batch);
  std::exception_ptr failure;
  try {
    co_await give(commands.step, commands.tickets);
  } catch (...) {
    failure = std::current_exception();  // mostly: no database
  }
  if (failure) {
    for (const Window::Ticket& ticket : commands.tickets) {
      window_.put_back(ticket, commands.step);
    }
    std::rethrow_exception(failure);
  }
}

boost::asio::awaitable<void> Session::give(Step step, std::vector<Window::Ticket> tickets) {
  // A change means that a zone did not come: perhaps by a key that somebody changed there.
  if ((step == Step::add && !key_is_there_) || step == Step::change) {
    co_await ensure_key();
  }
  if (step == Step::remove) {
    tickets = co_await without_living(std::move(tickets));
  }
  if (tickets.empty()) {
    co_return;
  }
  std::vector<dns::Name> names = names_of(tickets);
  const ZoneResults results = co_await command(step, std::move(names));
  const SteadyTime now = context_.clock.steady();
  std::optional<std::string> unreachable;
  for (std::size_t i = 0; i < tickets.size(); ++i) {
    const auto failure = failure_of(results[i]);
    metrics_.count_command(step, !failure);
    if (failure) {
      context_.log.debug("command failed", {{"nameserver", settings_.name},
                                            {"command", to_text(step)},
                                            {"zone", tickets[i].name.to_text()},
                                            {"code", to_text(failure->code)},
                                            {"reason", failure->detail}});
    }
    if (failure && failure->code == DriverErrc::unreachable) {
      unreachable = failure->detail;
    }
    if (failure && step == Step::add) {
      key_is_there_ = false;  // the nameserver may have been made anew, so quickly that nobody noticed
    }
    window_.commanded(tickets[i], step, failure, now);
  }
  if (unreachable && circuit_.was_unreachable(now)) {
    set_unreachable(*unreachable);
  }
  looks_wakeup_.notify();
  save_wakeup_.notify();
}

boost::asio::awaitable<void> Session::ensure_key() {
  tsig::Key key = access_.control->key;
  const DriverResult<void> result = co_await access_.control->driver->ensure_key(std::move(key));
  key_is_there_ = result.has_value();
  if (!result && result.error().code != DriverErrc::unreachable) {
    // Zones are tried all the same: each then shows the reason.
    context_.log.error("a nameserver lacks its transfer key", {{"nameserver", settings_.name},
                                                               {"key", access_.control->key.name.to_text()},
                                                               {"reason", result.error().detail}});
  }
}

/// An old deletion never removes a new incarnation: the database is asked right before the command, and its newer
/// change comes with the feed. (A zone that is created after that is added after this batch.)
boost::asio::awaitable<std::vector<Window::Ticket>> Session::without_living(std::vector<Window::Ticket> tickets) {
  auto look_up = [pool = settings_.pool, names = names_of(tickets)](storage::NameserverWork& work) {
    return work.look_up(pool, names);
  };
  const std::vector<storage::ZoneNow> states = co_await ask_database(context_, look_up);
  std::unordered_set<dns::Name> living;
  for (const storage::ZoneNow& state : states) {
    if (!state.desired.deleted) {
      living.insert(state.desired.name);
    }
  }
  std::vector<Window::Ticket> dead;
  for (Window::Ticket& ticket : tickets) {
    if (living.contains(ticket.name)) {
      window_.withdrawn(ticket, context_.clock.steady());
    } else {
      dead.push_back(std::move(ticket));
    }
  }
  co_return dead;
}

boost::asio::awaitable<ZoneResults> Session::command(Step step, std::vector<dns::Name> zones) {
  Driver& driver = *access_.control->driver;
  const Upstream& upstream = access_.control->upstream;
  switch (step) {
    case Step::add:
      co_return co_await driver.add_zones(std::move(zones), upstream);
    case Step::change:
      co_return co_await driver.change_zones(std::move(zones), upstream);
    case Step::remove:
      co_return co_await driver.remove_zones(std::move(zones));
    case Step::fetch:
    case Step::force:
      co_return co_await command_each(step, std::move(zones));
    case Step::none:
      break;
  }
  co_return ZoneResults(zones.size(), DriverError{DriverErrc::unsupported, "no command"});
}

boost::asio::awaitable<ZoneResults> Session::command_each(Step step, std::vector<dns::Name> zones) {
  Driver& driver = *access_.control->driver;
  ZoneResults results;
  for (dns::Name& zone : zones) {
    if (!results.empty() && !results.back() && results.back().error().code == DriverErrc::unreachable) {
      const DriverError lost = results.back().error();
      results.push_back(lost);
      continue;
    }
    if (step == Step::fetch) {
      results.push_back(co_await driver.fetch(std::move(zone)));
    } else {
      results.push_back(co_await driver.force(std::move(zone)));
    }
  }
  co_return results;
}

}  // namespace minidns::pool
