#include "pool-manager/sweep.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <unordered_set>
#include <utility>
#include <variant>

namespace minidns::pool {
namespace {

/// Zones per page of the desired list: a millisecond or ten of the database's time, 200 kB.
constexpr std::size_t page_zones = 2000;
/// Of what becomes a task.
storage::ZoneAction action_for(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::missing:
      return storage::ZoneAction::create;
    case Finding::Kind::leftover:
      return storage::ZoneAction::remove;
    case Finding::Kind::behind:
    case Finding::Kind::ahead:
    case Finding::Kind::unknown:
      break;
  }
  return storage::ZoneAction::update;
}

storage::Task task_for(const storage::ZoneNow& now, storage::ZoneAction action) {
  const storage::DesiredZone& zone = now.desired;
  return {.action = action,
          .zone = zone.zone,
          .name = zone.name,
          .version = zone.version,
          .serial = zone.serial,
          .since_seq = *now.seq,
          .seq = *now.seq,
          .attempts = 0,
          .is_error = false,
          .reason = "found by comparing the nameserver's zones"};
}

}  // namespace

SteadyTime::duration sweep_pause(const WorkSettings& settings, SteadyTime::duration took) {
  constexpr int intervals_max = 10;
  const SteadyTime::duration interval = settings.sweep_interval;
  return std::clamp(took * 100 / settings.sweep_share_percent, interval, intervals_max * interval);
}

Sweep::Sweep(const WorkContext& context, const HeldLease& lease, NameserverMetrics& metrics,
             const storage::NameserverSettings& settings, NameserverAccess& access, Window& window, CallQueue& turn,
             SweepState& state)
    : context_(context),
      lease_(lease),
      metrics_(metrics),
      settings_(settings),
      access_(access),
      window_(window),
      turn_(turn),
      state_(state) {}

boost::asio::awaitable<Sweep::Result> Sweep::run(std::int64_t through, std::function<bool()> is_ending) {
  through_ = through;
  is_ending_ = std::move(is_ending);
  if (!lists_by_control() && !access_.statistics) {
    co_return co_await compare_by_asking();
  }
  // Before the desired list: a zone that is created in between is then missing here and wanted there, which is
  // harmless; the other way round it would look unknown.
  auto observed = co_await list();
  if (!observed && !lists_by_control()) {
    // It serves zones without it too.
    context_.log.warning("a nameserver's statistics can't be read: its zones are compared one by one",
                         {{"nameserver", settings_.name}, {"reason", observed.error().detail}});
    co_return co_await compare_by_asking();
  }
  if (!observed) {
    co_return fail(observed.error());
  }
  co_return co_await compare(std::move(*observed));
}

boost::asio::awaitable<Sweep::Result> Sweep::judge(std::vector<storage::DesiredZone> page,
                                                   std::vector<ListedZone> observed, std::int64_t through,
                                                   std::function<bool()> is_ending) {
  through_ = through;
  is_ending_ = std::move(is_ending);
  return take(plan(page, observed));
}

bool Sweep::lists_by_control() const {
  return access_.control && access_.control->can_list;
}

DriverTask<std::vector<ListedZone>> Sweep::list() {
  return lists_by_control() ? access_.control->driver->list_zones() : access_.statistics->list_zones();
}

boost::asio::awaitable<Sweep::Result> Sweep::compare(std::vector<ListedZone> observed) {
  Comparison comparison(observed);
  std::optional<dns::Name> after;
  for (bool is_last = false; !is_last;) {
    const Page page = co_await next_page(after);
    is_last = page.size() < page_zones;
    if (!is_last) {
      after = page.back().name;
    }
    std::vector<Finding> findings = comparison.add(page);
    const Result brought = co_await bring_over(page, findings);
    if (brought != Result::done) {
      co_return brought;
    }
    const Result taken = co_await take(std::move(findings));
    if (taken != Result::done) {
      co_return taken;
    }
  }
  std::vector<Finding> rest = comparison.finish();
  const Result taken = co_await take(std::move(rest));
  if (taken != Result::done) {
    co_return taken;
  }
  co_await treat_unknown(observed.size());
  end_bringing_over();
  co_return Result::done;
}

boost::asio::awaitable<Sweep::Result> Sweep::compare_by_asking() {
  std::optional<dns::Name> after;
  for (bool is_last = false; !is_last;) {
    const Page page = co_await next_page(after);
    is_last = page.size() < page_zones;
    if (!is_last) {
      after = page.back().name;
    }
    const std::vector<ListedZone> observed = co_await ask(page);
    std::vector<Finding> findings = plan(page, observed);
    const Result brought = co_await bring_over(page, findings);
    if (brought != Result::done) {
      co_return brought;
    }
    const Result taken = co_await take(std::move(findings));
    if (taken != Result::done) {
      co_return taken;
    }
  }
  end_bringing_over();
  co_return Result::done;
}

boost::asio::awaitable<Sweep::Page> Sweep::next_page(std::optional<dns::Name> after) {
  auto read = [pool = settings_.pool, after = std::move(after)](storage::NameserverWork& work) {
    return work.read_desired(pool, after, page_zones);
  };
  co_return co_await ask_database(context_, read);
}

boost::asio::awaitable<std::vector<ListedZone>> Sweep::ask(const Page& page) {
  std::vector<dns::Name> names;
  std::ranges::transform(page, std::back_inserter(names), &storage::DesiredZone::name);
  const std::vector<SoaAnswer> answers = co_await access_.probe->ask(names);
  std::vector<ListedZone> observed;
  for (std::size_t i = 0; i < names.size(); ++i) {
    metrics_.count_probe(answers[i]);
    const Sight sight = sight_of(answers[i]);
    if (sight.kind == Sight::Kind::serial || sight.kind == Sight::Kind::empty) {
      observed.push_back({names[i], sight.serial});
    }
  }
  co_return observed;
}

/// Catalogs are on nameservers because a person configured them.
bool Sweep::is_catalog(const dns::Name& name) const {
  return std::ranges::find(settings_.catalogs, name, &storage::PoolCatalog::name) != settings_.catalogs.end();
}

/// Turns findings into tasks, but for what is in hand.
boost::asio::awaitable<Sweep::Result> Sweep::take(std::vector<Finding> findings) {
  if (must_stop()) {
    reason_ = "stopped";
    co_return Result::failed;
  }
  Wanted wanted;
  std::erase_if(findings, [this](const Finding& finding) {
    return finding.kind == Finding::Kind::unknown && is_catalog(finding.name);
  });
  std::vector<Finding> ahead;
  for (Finding& finding : findings) {
    metrics_.count_finding(finding.kind);
    if (finding.kind == Finding::Kind::unknown) {
      unknown_.push_back(std::move(finding.name));
    } else if (finding.kind == Finding::Kind::ahead) {
      ahead.push_back(std::move(finding));
    } else if (!window_.contains(finding.name)) {
      wanted.emplace(std::move(finding.name), action_for(finding.kind));
    }
  }
  if (!ahead.empty()) {
    co_await report_ahead(std::move(ahead));
  }
  if (wanted.empty()) {
    co_return Result::done;
  }
  co_return co_await keep(std::move(wanted));
}

/// Looks at the database once more: what changed since `through_` is the feed's.
boost::asio::awaitable<Sweep::Result> Sweep::keep(Wanted wanted) {
  std::vector<dns::Name> names;
  for (const auto& [name, action] : wanted) {
    names.push_back(name);
  }
  auto look_up = [pool = settings_.pool, names = std::move(names)](storage::NameserverWork& work) {
    return work.look_up(pool, names);
  };
  const std::vector<storage::ZoneNow> states = co_await ask_database(context_, look_up);
  std::vector<storage::Task> tasks;
  for (const storage::ZoneNow& now : states) {
    const storage::ZoneAction action = wanted.at(now.desired.name);
    const bool is_the_feeds = !now.seq || *now.seq > through_;
    if (!is_the_feeds && now.desired.deleted == (action == storage::ZoneAction::remove)) {
      tasks.push_back(task_for(now, action));
    }
  }
  if (tasks.empty()) {
    co_return Result::done;
  }
  findings_count_ += tasks.size();
  auto add = [lease = lease_.lease(), tasks = std::move(tasks)](storage::NameserverWork& work) {
    return work.add_findings(lease, tasks);
  };
  const bool is_held = co_await ask_database(context_, add);
  co_return is_held ? Result::done : Result::lease_lost;
}

/// The nameserver was served what the database doesn't have (any more): central makes a version above it. The database
/// is looked at once more: the list that it was compared with may be older than the change.
boost::asio::awaitable<void> Sweep::report_ahead(std::vector<Finding> ahead) {
  std::vector<dns::Name> names;
  std::unordered_map<dns::Name, dns::Serial> serials;
  for (const Finding& finding : ahead) {
    names.push_back(finding.name);
    serials.emplace(finding.name, *finding.serial);
  }
  auto look_up = [pool = settings_.pool, names = std::move(names)](storage::NameserverWork& work) {
    return work.look_up(pool, names);
  };
  const std::vector<storage::ZoneNow> states = co_await ask_database(context_, look_up);
  std::vector<storage::LostVersion> lost;
  for (const storage::ZoneNow& now : states) {
    const storage::DesiredZone& zone = now.desired;
    const dns::Serial seen = serials.at(zone.name);
    if (zone.deleted || !seen.is_newer_than(zone.serial)) {
      continue;
    }
    context_.log.warning("a nameserver's serial is newer than the database's", {{"nameserver", settings_.name},
                                                                                {"zone", zone.name.to_text()},
                                                                                {"serial", seen.value()},
                                                                                {"database", zone.serial.value()}});
    lost.push_back({zone.zone, zone.name, std::nullopt, seen});
  }
  if (lost.empty()) {
    co_return;
  }
  is_database_behind_ = true;
  auto report = [name = settings_.name, lost = std::move(lost)](storage::NameserverWork& work) {
    work.report_lost(name, lost);
  };
  co_await ask_database(context_, report);
}

bool Sweep::must_stop() const {
  return is_ending_() || !lease_.is_valid(context_.clock.steady());
}

Sweep::Result Sweep::fail(const DriverError& error) {
  reason_ = std::string(to_text(error.code)) + ": " + error.detail;
  return error.code == DriverErrc::unreachable ? Result::unreachable : Result::failed;
}

}  // namespace minidns::pool
