// The part of a synchronization that follows the transfers.
#include "pool-manager/drivers/failure.hpp"
#include "pool-manager/sync/synchronizer.hpp"

#include <utility>

namespace minidns::pool::sync {
namespace {

/// Zones that are helped at a time when nothing arrives any more.
constexpr std::size_t helped_zones = 200;

}  // namespace

/// Until all that is awaited has arrived.
boost::asio::awaitable<void> Synchronizer::follow() {
  while (transfers_.size() > 0 && !must_end()) {
    co_await follow_step();
    if (transfers_.size() > 0) {
      co_await wait_until(transfers_.next_at());
    }
  }
}

boost::asio::awaitable<void> Synchronizer::follow_step() {
  if (transfers_.size() == 0 || context_.clock.steady() < transfers_.next_at()) {
    co_return;
  }
  std::vector<AwaitedZone> asked = transfers_.take();
  std::vector<dns::Name> names = names_of(asked);
  const std::vector<SoaAnswer> answers = co_await access_.probe->ask(std::move(names));
  summary_.right += transfers_.settle(std::move(asked), answers, context_.clock.steady());
  show("transfers");
  if (transfers_.is_stalled(context_.clock.steady())) {
    co_await help();
  }
}

/// Nothing has arrived for a while: perhaps the zones are gone, or the nameserver has put them off.
boost::asio::awaitable<void> Synchronizer::help() {
  std::vector<AwaitedZone> oldest = transfers_.oldest(helped_zones, context_.clock.steady());
  const ZoneFault first = fault_of(oldest.front());
  context_.display.say("nothing arrives; waiting for " + std::to_string(transfers_.size()) + " zones, among them " +
                       first.zone.to_text() + " (" + std::string(to_text(first.kind)) +
                       (first.reason.empty() ? "" : ", " + first.reason) + ")");
  std::vector<AwaitedZone> copy = oldest;
  co_await drop_unwanted(std::move(copy));
  if (access_.abilities.fetches || access_.abilities.forces) {
    co_await fetch(std::move(oldest));
  }
}

boost::asio::awaitable<void> Synchronizer::drop_unwanted(std::vector<AwaitedZone> zones) {
  auto look = [&work = context_.work, pool = settings_.pool, names = names_of(zones)] {
    return work.look_up(pool, names);
  };
  const std::vector<storage::ZoneNow> states = co_await ask_database(context_, look);
  std::unordered_set<dns::Name> unwanted;
  for (AwaitedZone& zone : zones) {
    unwanted.insert(std::move(zone.name));
  }
  for (const storage::ZoneNow& now : states) {
    if (!now.desired.deleted) {
      unwanted.erase(now.desired.name);
    }
  }
  changes_of_round_ += unwanted.size();  // the next comparison sees to them
  transfers_.forget(unwanted);
}

/// Asks the nameserver to transfer zones now. A forced transfer of a zone with content may take it back if a primary is
/// behind (DESIGN.md §4), so all must have come as far as we.
boost::asio::awaitable<void> Synchronizer::fetch(std::vector<AwaitedZone> zones) {
  bool all_have = true;
  if (access_.abilities.forces) {
    all_have = co_await all_live_have(head_);
  }
  for (AwaitedZone& zone : zones) {
    if (must_end()) {
      co_return;
    }
    const bool is_empty = !zone.seen || std::holds_alternative<SoaFailure>(*zone.seen);
    if (!all_have && !is_empty) {
      continue;
    }
    DriverResult<void> asked;
    if (access_.abilities.forces) {
      asked = co_await access_.control->driver->force(std::move(zone.name));
    } else {
      asked = co_await access_.control->driver->fetch(std::move(zone.name));
    }
    if (!asked && loss(asked)) {
      co_return;  // the next step asks again
    }
  }
}

boost::asio::awaitable<bool> Synchronizer::all_live_have(std::int64_t seq) {
  auto read = [&leases = context_.leases] { return leases.live_mdns(); };
  std::vector<storage::LiveInstance> live = co_await ask_database(context_, read);
  reports_.set_live(std::move(live));
  co_return reports_.all_applied(seq);
}

}  // namespace minidns::pool::sync
