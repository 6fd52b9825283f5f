#include "pool-manager/sync/synchronizer.hpp"

#include "pool-manager/decision.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace minidns::pool::sync {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t page_zones = 1000;
/// Zones per call of a driver. Knot and NSD take a call as a whole; the others one by one, and progress is to be seen.
constexpr std::size_t bulk_batch_zones = 1000;
constexpr std::size_t single_batch_zones = 50;
/// So many transfers may be awaited while zones are added.
constexpr std::size_t awaited_max = 200'000;
/// A zone that the nameserver refused is tried so often: somebody may have been faster, or made room.
constexpr int refusals_max = 2;
/// Looks at a control channel that is away.
constexpr auto away_pause = 1s;
/// Rounds, in case somebody undoes all the time what we do.
constexpr int rounds_max = 20;

/// What the answers to SOA questions say of a nameserver's list.
std::vector<ListedZone> list_of(const std::vector<dns::Name>& names, const std::vector<SoaAnswer>& answers) {
  std::vector<ListedZone> list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Sight sight = sight_of(answers[i]);
    if (sight.kind != Sight::Kind::absent) {
      list.push_back({names[i], sight.serial});
    }
  }
  return list;
}

template <class Item>
std::vector<Item> take_front(std::vector<Item>& items, std::size_t count) {
  const auto end = items.begin() + static_cast<std::ptrdiff_t>(std::min(count, items.size()));
  std::vector<Item> front(std::make_move_iterator(items.begin()), std::make_move_iterator(end));
  items.erase(items.begin(), end);
  return front;
}

}  // namespace

Synchronizer::Synchronizer(const SyncContext& context, const storage::NameserverSettings& settings,
                           NameserverAccess& access, const SyncLimits& limits,
                           const boost::asio::any_io_executor& executor)
    : context_(context),
      settings_(settings),
      access_(access),
      limits_(limits),
      executor_(executor),
      pause_(executor),
      deadline_(context.clock.steady() + limits.timeout),
      reports_(context.clock) {}

boost::asio::awaitable<SyncSummary> Synchronizer::run() {
  const bool prepared = co_await prepare();
  bool goes_on = prepared;
  for (int round = 1; goes_on; ++round) {
    const bool compared = co_await compare();
    if (!compared || limits_.dry_run) {
      break;
    }
    co_await follow();
    goes_on = changes_of_round_ > 0 && !must_end();
    if (goes_on && round == rounds_max) {
      summary_.trouble = "the zone list changes all the time: does somebody undo what is done here?";
      goes_on = false;
    }
  }
  co_return conclusion();
}

void Synchronizer::stop() {
  is_stopped_ = true;
  pause_.cancel();
}

/// The key must be there before zones refer to it.
boost::asio::awaitable<bool> Synchronizer::prepare() {
  if (!access_.control) {
    co_return true;
  }
  while (true) {
    DriverResult<void> ready;
    if (limits_.dry_run) {
      ready = co_await access_.control->driver->ping();
    } else {
      tsig::Key key = access_.control->key;
      ready = co_await access_.control->driver->ensure_key(std::move(key));
    }
    if (ready) {
      co_return true;
    }
    DriverError error = ready.error();
    if (error.code != DriverErrc::unreachable && error.code != DriverErrc::timeout) {
      summary_.trouble = "the nameserver doesn't take commands: " + error.detail;
      co_return false;
    }
    const bool back = co_await is_back(std::move(error));
    if (!back) {
      co_return false;
    }
  }
}

/// One comparison of the whole list. False if it could not be made.
boost::asio::awaitable<bool> Synchronizer::compare() {
  changes_of_round_ = 0;
  other_faults_.clear();
  summary_.right = 0;
  summary_.zones = 0;
  auto number = [&work = context_.work] { return work.number_changes(); };
  head_ = co_await ask_database(context_, number);
  const bool lists = (access_.control && access_.control->can_list) || access_.statistics;
  std::vector<ListedZone> observed;
  if (lists) {
    auto listed = co_await list();
    if (!listed) {
      co_return false;
    }
    observed = std::move(*listed);
  }
  Comparison comparison(observed);
  std::optional<dns::Name> after;
  while (!must_end()) {
    auto read = [&work = context_.work, pool = settings_.pool, after] {
      return work.read_desired(pool, after, page_zones);
    };
    Page page = co_await ask_database(context_, read);
    if (page.empty()) {
      Findings unknown = comparison.finish();
      co_await treat_unknown(std::move(unknown));
      co_return true;
    }
    after = page.back().name;
    Findings findings;
    if (lists) {
      findings = comparison.add(page);
    } else {
      Page copy = page;
      findings = co_await compare_by_questions(std::move(copy));
    }
    co_await take(std::move(page), std::move(findings));
  }
  co_return false;
}

boost::asio::awaitable<std::optional<std::vector<ListedZone>>> Synchronizer::list() {
  while (true) {
    DriverResult<std::vector<ListedZone>> listed = std::vector<ListedZone>();
    if (access_.control) {
      listed = co_await access_.control->driver->list_zones();
    } else {
      listed = co_await access_.statistics->list_zones();
    }
    if (listed) {
      co_return std::move(*listed);
    }
    DriverError error = listed.error();
    if (error.code != DriverErrc::unreachable && error.code != DriverErrc::timeout) {
      summary_.trouble = "the nameserver's zones can't be listed: " + error.detail;
      co_return std::nullopt;
    }
    const bool back = co_await is_back(std::move(error));
    if (!back) {
      co_return std::nullopt;
    }
  }
}

/// For a nameserver whose zones can't be listed.
boost::asio::awaitable<Synchronizer::Findings> Synchronizer::compare_by_questions(Page page) {
  std::vector<dns::Name> names;
  for (const storage::DesiredZone& zone : page) {
    names.push_back(zone.name);
  }
  std::vector<dns::Name> asked = names;
  const std::vector<SoaAnswer> answers = co_await access_.probe->ask(std::move(asked));
  const std::vector<ListedZone> observed = list_of(names, answers);
  co_return plan(page, observed);
}

/// What a page of the desired list found.
boost::asio::awaitable<void> Synchronizer::take(Page page, Findings findings) {
  std::unordered_map<dns::Name, Finding::Kind> found;
  std::vector<dns::Name> leftovers;
  for (Finding& finding : findings) {
    if (finding.kind == Finding::Kind::unknown) {
      Findings one;
      one.push_back(std::move(finding));
      co_await treat_unknown(std::move(one));
    } else if (finding.kind == Finding::Kind::leftover) {
      leftovers.push_back(std::move(finding.name));
    } else if (finding.kind == Finding::Kind::ahead) {
      other_faults_.push_back({.kind = ZoneFault::Kind::ahead, .zone = finding.name, .served = finding.serial});
      found.emplace(std::move(finding.name), finding.kind);
    } else {
      found.emplace(std::move(finding.name), finding.kind);
    }
  }
  std::vector<AwaitedZone> missing;
  for (const storage::DesiredZone& zone : page) {
    if (zone.deleted) {
      continue;
    }
    ++summary_.zones;
    const auto finding = found.find(zone.name);
    if (finding == found.end()) {
      ++summary_.right;
      refused_.erase(zone.name);
    } else if (finding->second == Finding::Kind::missing) {
      missing.push_back({zone.name, zone.serial});
    } else if (finding->second == Finding::Kind::behind) {
      transfers_.await({zone.name, zone.serial, true}, context_.clock.steady());
    }
  }
  co_await add(std::move(missing));
  co_await remove(std::move(leftovers));
  show("comparing");
}

boost::asio::awaitable<void> Synchronizer::add(std::vector<AwaitedZone> zones) {
  std::erase_if(zones, [this](const AwaitedZone& zone) {
    const auto refusal = refused_.find(zone.name);
    return refusal != refused_.end() && refusal->second.times >= refusals_max;
  });
  if (!access_.control || limits_.dry_run) {
    // They come by a catalog or by a person's hand; or this is a rehearsal.
    changes_of_round_ += access_.control ? zones.size() : 0;
    for (AwaitedZone& zone : zones) {
      transfers_.await(std::move(zone), context_.clock.steady());
    }
    co_return;
  }
  const bool is_bulk = settings_.driver == storage::DriverKind::knot || settings_.driver == storage::DriverKind::nsd;
  while (!zones.empty() && !must_end()) {
    std::vector<AwaitedZone> batch = take_front(zones, is_bulk ? bulk_batch_zones : single_batch_zones);
    changes_of_round_ += batch.size();
    co_await add_batch(std::move(batch));
    show("adding zones");
    co_await follow_step();
    while (transfers_.size() >= awaited_max && !must_end()) {
      co_await follow_step();
      co_await wait_until(transfers_.next_at());
    }
  }
  for (AwaitedZone& zone : zones) {  // it ended before they were added
    transfers_.await(std::move(zone), context_.clock.steady());
  }
}

boost::asio::awaitable<void> Synchronizer::add_batch(std::vector<AwaitedZone> zones) {
  Driver& driver = *access_.control->driver;
  while (!zones.empty() && !must_end()) {
    std::vector<dns::Name> names = names_of(zones);
    Upstream upstream = access_.control->upstream;
    const ZoneResults results = co_await driver.add_zones(std::move(names), std::move(upstream));
    std::vector<AwaitedZone> again, to_fetch;
    std::optional<DriverError> lost;
    for (std::size_t i = 0; i < zones.size(); ++i) {
      const bool is_there = results[i] || results[i].error().code == DriverErrc::already_exists;
      if (is_there) {
        summary_.added += results[i] ? 1 : 0;
        added_.insert(zones[i].name);
        to_fetch.push_back(zones[i]);
        transfers_.await(std::move(zones[i]), context_.clock.steady());
      } else if (results[i].error().code == DriverErrc::unreachable || results[i].error().code == DriverErrc::timeout) {
        lost = results[i].error();
        again.push_back(std::move(zones[i]));
      } else {
        refuse(zones[i], results[i].error().detail);
      }
    }
    // Others fetch what they get by themselves.
    if (access_.abilities.forces) {
      co_await fetch(std::move(to_fetch));
    }
    zones = std::move(again);
    if (lost) {
      const bool back = co_await is_back(*std::move(lost));
      if (!back) {
        break;
      }
    }
  }
  for (AwaitedZone& zone : zones) {
    transfers_.await(std::move(zone), context_.clock.steady());
  }
}

void Synchronizer::refuse(const AwaitedZone& zone, const std::string& reason) {
  ZoneFault fault{.kind = ZoneFault::Kind::missing, .zone = zone.name, .wanted = zone.wanted};
  fault.reason = "the nameserver doesn't take it: " + reason;
  const auto [refusal, is_first] = refused_.try_emplace(zone.name, Refusal{fault});
  refusal->second.fault = std::move(fault);
  ++refusal->second.times;
}

/// Zones that the database says are deleted, after another look: one may have come back.
boost::asio::awaitable<void> Synchronizer::remove(std::vector<dns::Name> zones) {
  if (zones.empty()) {
    co_return;
  }
  if (!access_.control || limits_.dry_run) {
    changes_of_round_ += access_.control ? zones.size() : 0;
    for (dns::Name& zone : zones) {
      other_faults_.push_back({.kind = ZoneFault::Kind::leftover, .zone = std::move(zone)});
    }
    co_return;
  }
  auto look = [&work = context_.work, pool = settings_.pool, zones] { return work.look_up(pool, zones); };
  const std::vector<storage::ZoneNow> states = co_await ask_database(context_, look);
  for (const storage::ZoneNow& now : states) {
    if (!now.desired.deleted) {
      std::erase(zones, now.desired.name);
    }
  }
  changes_of_round_ += zones.size();
  std::vector<dns::Name> names = zones;
  const ZoneResults results = co_await access_.control->driver->remove_zones(std::move(names));
  for (std::size_t i = 0; i < zones.size(); ++i) {
    if (results[i]) {
      ++summary_.removed;
      added_.erase(zones[i]);
    } else if (results[i].error().code != DriverErrc::no_such_zone) {
      other_faults_.push_back(
          {.kind = ZoneFault::Kind::leftover, .zone = zones[i], .reason = results[i].error().detail});
    }
  }
}

/// Those that we have added ourselves were deleted and forgotten since.
boost::asio::awaitable<void> Synchronizer::treat_unknown(Findings findings) {
  std::vector<dns::Name> ours;
  for (Finding& finding : findings) {
    const bool is_catalog = std::ranges::any_of(
        settings_.catalogs, [&](const storage::PoolCatalog& catalog) { return catalog.name == finding.name; });
    if (is_catalog) {
      continue;
    }
    if (added_.contains(finding.name)) {
      ours.push_back(std::move(finding.name));
    } else {
      other_faults_.push_back({.kind = ZoneFault::Kind::unknown, .zone = std::move(finding.name)});
    }
  }
  co_await remove(std::move(ours));
}

boost::asio::awaitable<void> Synchronizer::wait_until(SteadyTime time) {
  if (is_stopped_ || time <= context_.clock.steady()) {
    co_return;
  }
  pause_.expires_after(time - context_.clock.steady());
  boost::system::error_code error;
  co_await pause_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
}

/// Waits until the control channel answers again. False if that takes too long, or it must end.
boost::asio::awaitable<bool> Synchronizer::is_back(DriverError error) {
  context_.display.say("the nameserver's control channel doesn't answer: " + error.detail);
  const SteadyTime end = context_.clock.steady() + limits_.away_max;
  while (!must_end() && context_.clock.steady() < end) {
    co_await wait_until(context_.clock.steady() + away_pause);
    const DriverResult<void> alive = co_await access_.control->driver->ping();
    if (alive) {
      co_return true;
    }
    error = alive.error();
  }
  if (summary_.trouble.empty()) {
    summary_.trouble = "the nameserver's control channel doesn't answer: " + error.detail;
  }
  co_return false;
}

bool Synchronizer::must_end() {
  if (is_stopped_) {
    summary_.trouble = "interrupted: run it again, and it goes on from what is there";
  } else if (context_.clock.steady() >= deadline_ && summary_.trouble.empty()) {
    summary_.trouble = "the time is over: run it again, and it goes on from what is there";
  }
  return !summary_.trouble.empty();
}

void Synchronizer::show(const std::string& doing) {
  const std::size_t total = std::max(limits_.zones_expected, summary_.right + transfers_.size());
  context_.display.show(context_.clock.steady(), doing, summary_.right, total);
}

SyncSummary Synchronizer::conclusion() const {
  SyncSummary summary = summary_;
  summary.faults = transfers_.faults();
  if (limits_.dry_run) {
    for (ZoneFault& fault : summary.faults) {
      fault.reason.clear();
    }
  }
  for (const auto& [name, refusal] : refused_) {
    summary.faults.push_back(refusal.fault);
  }
  summary.faults.insert(summary.faults.end(), other_faults_.begin(), other_faults_.end());
  return summary;
}

}  // namespace minidns::pool::sync
