// The part of a comparison that brings zones over to another upstream or view.
#include "pool-manager/sweep.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <unordered_set>
#include <utility>

namespace minidns::pool {
namespace {

/// Zones per call of a driver: what can be in doubt when a connection breaks (drivers/driver.hpp).
constexpr std::size_t batch_zones = 200;
/// For commands that others have begun; a sweep is in no hurry.
constexpr std::chrono::seconds turn_wait{60};

/// What the nameserver has and should have.
std::vector<dns::Name> present_zones(const std::vector<storage::DesiredZone>& page,
                                     const std::vector<Finding>& findings) {
  std::unordered_set<dns::Name> skipped;
  for (const Finding& finding : findings) {
    if (finding.kind == Finding::Kind::missing || finding.kind == Finding::Kind::leftover) {
      skipped.insert(finding.name);
    }
  }
  std::vector<dns::Name> names;
  for (const storage::DesiredZone& zone : page) {
    if (!zone.deleted && !skipped.contains(zone.name)) {
      names.push_back(zone.name);
    }
  }
  return names;
}

std::vector<dns::Name> take_batch(std::vector<dns::Name>& names) {
  const std::size_t rest = names.size() - std::min(batch_zones, names.size());
  std::vector<dns::Name> batch(names.begin() + static_cast<std::ptrdiff_t>(rest), names.end());
  names.resize(rest, dns::Name::root());
  return batch;
}

}  // namespace

boost::asio::awaitable<Sweep::Result> Sweep::bring_over(const Page& page, const std::vector<Finding>& findings) {
  if (!access_.control || (!state_.reconfigure && !state_.retransfer_after)) {
    co_return Result::done;
  }
  const std::vector<dns::Name> names = present_zones(page, findings);
  if (state_.reconfigure) {
    const Result changed = co_await reconfigure(names);
    if (changed != Result::done) {
      co_return changed;
    }
  }
  if (!state_.retransfer_after || names.empty()) {
    co_return Result::done;
  }
  if (!context_.reports.all_applied(*state_.retransfer_after)) {
    put_off_ = true;
    co_return Result::done;
  }
  context_.log.info("zones are transferred anew", {{"nameserver", settings_.name}, {"zones", names.size()}});
  co_return co_await retransfer(names);
}

void Sweep::end_bringing_over() {
  state_.reconfigure = false;
  if (!put_off_) {
    state_.retransfer_after.reset();
  }
}

/// For one batch of commands; none, and the reason, if there is to be no more.
boost::asio::awaitable<std::optional<CallQueue::Turn>> Sweep::take_turn() {
  if (must_stop()) {
    reason_ = "stopped";
    co_return std::nullopt;
  }
  auto turn = co_await turn_.wait_turn(turn_wait);
  if (!turn) {
    reason_ = "other commands took too long";
  }
  co_return turn;
}

/// Gives zones the present primaries and key, which the nameserver may not have yet.
boost::asio::awaitable<Sweep::Result> Sweep::reconfigure(std::vector<dns::Name> names) {
  if (!names.empty()) {
    tsig::Key key = access_.control->key;
    const DriverResult<void> has_key = co_await access_.control->driver->ensure_key(std::move(key));
    if (!has_key && has_key.error().code == DriverErrc::unreachable) {
      co_return fail(has_key.error());
    }
    if (!has_key) {
      context_.log.error("a nameserver lacks its transfer key", {{"nameserver", settings_.name},
                                                                 {"key", access_.control->key.name.to_text()},
                                                                 {"reason", has_key.error().detail}});
    }
  }
  while (!names.empty()) {
    const auto turn = co_await take_turn();
    if (!turn) {
      co_return Result::failed;
    }
    std::vector<dns::Name> batch = take_batch(names);
    const ZoneResults results =
        co_await access_.control->driver->change_zones(std::move(batch), access_.control->upstream);
    for (const DriverResult<void>& result : results) {
      metrics_.count_command(Step::change, result.has_value());
      if (!result && result.error().code == DriverErrc::unreachable) {
        co_return fail(result.error());
      }
    }
  }
  co_return Result::done;
}

/// Has zones transferred whatever their serials. That can't be measured, as the serial stays: the nameserver's word
/// counts, and named keeps the order until a transfer has succeeded.
boost::asio::awaitable<Sweep::Result> Sweep::retransfer(std::vector<dns::Name> names) {
  while (!names.empty()) {
    const auto turn = co_await take_turn();
    if (!turn) {
      co_return Result::failed;
    }
    std::vector<dns::Name> batch = take_batch(names);
    batch = co_await forcible(std::move(batch));
    for (const dns::Name& name : batch) {
      const Result forced = co_await force(name);
      if (forced != Result::done) {
        co_return forced;
      }
    }
  }
  co_return Result::done;
}

/// Where a forced transfer may take a zone backwards, those that every mdns has in their newest version (DESIGN.md §4).
/// The others get a forced transfer with that version, which does as well.
boost::asio::awaitable<std::vector<dns::Name>> Sweep::forcible(std::vector<dns::Name> names) {
  if (!access_.abilities.forces) {
    co_return names;
  }
  auto look_up = [pool = settings_.pool, names](storage::NameserverWork& work) { return work.look_up(pool, names); };
  const std::vector<storage::ZoneNow> states = co_await ask_database(context_, look_up);
  std::vector<dns::Name> ready;
  for (const storage::ZoneNow& now : states) {
    const storage::DesiredZone& zone = now.desired;
    const storage::ZoneChange change{.action = storage::ZoneAction::update,
                                     .zone = zone.zone,
                                     .name = zone.name,
                                     .version = zone.version,
                                     .serial = zone.serial,
                                     .seq = now.seq.value_or(std::numeric_limits<std::int64_t>::max()),
                                     .committed_at = {}};
    if (!zone.deleted && context_.reports.all_have(change)) {
      ready.push_back(zone.name);
    }
  }
  co_return ready;
}

boost::asio::awaitable<Sweep::Result> Sweep::force(dns::Name name) {
  const DriverResult<void> forced = co_await access_.control->driver->force(name);
  metrics_.count_command(Step::force, forced.has_value());
  if (forced || forced.error().code == DriverErrc::no_such_zone) {
    co_return Result::done;
  }
  if (forced.error().code == DriverErrc::unreachable || forced.error().code == DriverErrc::timeout) {
    co_return fail(forced.error());
  }
  // Asking for all of them again would not help this one.
  context_.log.error("a zone can't be transferred anew: it may be of another view",
                     {{"nameserver", settings_.name}, {"zone", name.to_text()}, {"reason", forced.error().detail}});
  co_return Result::done;
}

}  // namespace minidns::pool
