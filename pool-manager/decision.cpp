#include "pool-manager/decision.hpp"

#include <variant>

namespace minidns::pool {
namespace {

constexpr Decision confirmed{Decision::Kind::confirmed};
constexpr Decision wait{Decision::Kind::wait};

Decision act(Step step) {
  return {Decision::Kind::act, step};
}

Sight::Kind kind_of(SoaFailure failure) {
  switch (failure) {
    case SoaFailure::refused:
    case SoaFailure::not_authoritative:
    case SoaFailure::no_such_name:
    case SoaFailure::bad_answer:  // say, of a zone above it that is served there too
      return Sight::Kind::absent;
    case SoaFailure::servfail:
      return Sight::Kind::empty;
    case SoaFailure::timeout:
    case SoaFailure::unreachable:
      return Sight::Kind::silent;
  }
  return Sight::Kind::silent;
}

bool shows_wanted(const WorkItem& item, const Sight& sight) {
  return sight.serial && reaches(*sight.serial, item.wanted.serial);
}

/// A task was tried before, so it is reminded at once; what is new gets its time.
bool is_nudge_due(const WorkItem& item, SteadyTime now) {
  const bool tried_before = item.task && item.task->attempts > 0;
  const int intervals = item.nudges + (tried_before ? 0 : 1);
  return now >= item.watched_since + intervals * nudge_interval;
}

/// Absence alone is no proof where zones can be removed: a zone that is configured but has no content may look the
/// same.
Decision decide_removal(const WorkItem& item, const Sight& sight, const Abilities& abilities, SteadyTime now) {
  if (abilities.commands && !item.removed) {
    return act(Step::remove);
  }
  if (sight.kind == Sight::Kind::absent) {
    return confirmed;
  }
  return {Decision::Kind::wait, Step::none, abilities.consumes_catalog && is_nudge_due(item, now)};
}

Decision decide_presence(const WorkItem& item, const Sight& sight, const Abilities& abilities, bool all_have,
                         SteadyTime now) {
  if (shows_wanted(item, sight)) {
    return confirmed;
  }
  if (sight.kind == Sight::Kind::absent && abilities.commands && !item.added) {
    return act(Step::add);
  }
  // It has the zone and does not get it: perhaps its primaries or its key are those of yesterday.
  const bool tried_before = item.task && item.task->attempts > 0;
  if (abilities.commands && tried_before && !item.changed) {
    return act(Step::change);
  }
  if (abilities.forces && all_have && may_force(item, now)) {
    return act(Step::force);
  }
  if (!is_nudge_due(item, now)) {
    return wait;
  }
  return abilities.fetches ? act(Step::fetch) : Decision{Decision::Kind::wait, Step::none, true};
}

}  // namespace

bool reaches(dns::Serial seen, dns::Serial wanted) {
  return seen == wanted || seen.is_newer_than(wanted);
}

bool may_force(const WorkItem& item, SteadyTime now) {
  const bool is_outstanding = item.forced && !(item.seen && reaches(*item.seen, item.forced->serial));
  return !is_outstanding || now >= item.forced->at + force_again_after;
}

Sight sight_of(const SoaAnswer& answer) {
  if (const auto* serial = std::get_if<dns::Serial>(&answer)) {
    return {Sight::Kind::serial, *serial};
  }
  return {kind_of(std::get<SoaFailure>(answer)), std::nullopt};
}

std::string describe(const Sight& sight, const WorkItem& item) {
  switch (sight.kind) {
    case Sight::Kind::serial:
      return item.wants_zone() ? "the nameserver has serial " + std::to_string(sight.serial->value()) + ", wanted is " +
                                     std::to_string(item.wanted.serial.value())
                               : "the nameserver still serves the zone";
    case Sight::Kind::empty:
      return "the nameserver has no content of the zone";
    case Sight::Kind::absent:
      return "the nameserver does not serve the zone";
    case Sight::Kind::silent:
      return "the nameserver does not answer";
  }
  return {};
}

Decision decide(const WorkItem& item, const Sight& sight, const Abilities& abilities, bool all_have, SteadyTime now) {
  if (sight.kind == Sight::Kind::silent) {
    return wait;
  }
  return item.wants_zone() ? decide_presence(item, sight, abilities, all_have, now)
                           : decide_removal(item, sight, abilities, now);
}

}  // namespace minidns::pool
