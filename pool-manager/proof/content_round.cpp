#include "pool-manager/proof/content_round.hpp"

#include "pool-manager/proof/ask_proofs.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

namespace minidns::pool {
namespace {

using namespace std::chrono_literals;

/// Zones are counted so often and when a round begins, for the pace.
constexpr auto count_interval = 60s;
constexpr SteadyTime::duration idle_wait = 1s;
/// For commands that others have begun.
constexpr auto turn_wait = 60s;

storage::ZoneChange change_of(const storage::ProvedZone& zone) {
  return {.action = storage::ZoneAction::update,
          .zone = zone.desired.zone,
          .name = zone.desired.name,
          .version = zone.desired.version,
          .serial = zone.desired.serial,
          .seq = zone.seq.value_or(std::numeric_limits<std::int64_t>::max()),
          .committed_at = {}};
}

}  // namespace

ContentRound::ContentRound(const ProofScope& scope, std::function<void(const SignatureTimes&)> saw_signature)
    : scope_(scope),
      saw_signature_(std::move(saw_signature)),
      proof_(scope),
      divergences_({scope.context.settings.proof.look_again, scope.context.settings.proof.repairs_max}),
      pace_(scope.context.settings.proof.content_round, scope.context.settings.proof.transfers_per_second_max),
      wakeup_(scope.executor) {}

boost::asio::awaitable<void> ContentRound::run() {
  if (!is_loaded_) {
    co_await load();
  }
  const bool is_wanted = scope_.context.settings.proof.compares_contents;
  while (!scope_.is_ending()) {
    if (is_wanted && scope_.may_act()) {
      co_await step();
    }
    if (complete_since_) {
      scope_.metrics.proof.content_oldest.set(
          std::chrono::duration<double>(scope_.context.clock.steady() - *complete_since_).count());
    }
    co_await wakeup_.wait_until(next());
  }
}

SteadyTime ContentRound::next() const {
  const SteadyTime latest = scope_.context.clock.steady() + idle_wait;
  if (!scope_.may_act() || !scope_.context.settings.proof.compares_contents) {
    return latest;
  }
  return std::min({latest, pace_.next(), divergences_.next().value_or(latest)});
}

boost::asio::awaitable<void> ContentRound::load() {
  auto read = [nameserver = scope_.settings.id](storage::ZoneProofs& proofs) {
    return std::pair(proofs.read_round(nameserver, storage::ProofKind::contents),
                     proofs.read_faults(nameserver, 2 * Divergences::zones_max));
  };
  auto [round, faults] = co_await ask_proofs(scope_.context, read);
  const SteadyTime now = scope_.context.clock.steady();
  after_ = std::move(round.after);
  round_began_ = now - round.age;
  if (round.complete_age) {
    complete_since_ = now - *round.complete_age;
  }
  for (const storage::FaultKept& fault : faults) {
    if (fault.fault == storage::ContentFault::diverged) {
      divergences_.load(fault.zone, fault.name, fault.repairs, now);
    }
  }
  is_loaded_ = true;
}

boost::asio::awaitable<void> ContentRound::step() {
  const SteadyTime now = scope_.context.clock.steady();
  const std::optional<Divergences::Due> due = divergences_.due(now);
  if (due) {
    ContentProof::Result result = co_await compare(due->name);
    co_await settle(due->zone, due->name, std::move(result));
  } else if (now >= pace_.next()) {
    co_await next_zone();
  }
}

/// The next zone of the round, whose position is saved with it: at a transfer per zone that costs little.
boost::asio::awaitable<void> ContentRound::next_zone() {
  const SteadyTime now = scope_.context.clock.steady();
  const bool counts = !after_ || now >= counted_ + count_interval;
  auto read = [pool = scope_.settings.pool, after = after_, counts](storage::ZoneProofs& proofs) {
    return std::pair(counts ? std::optional(proofs.count_zones(pool)) : std::nullopt,
                     proofs.read_zones(pool, after, 1));
  };
  auto [count, zones] = co_await ask_proofs(scope_.context, read);
  if (count) {
    total_ = *count;
    counted_ = now;
  }
  if (zones.empty()) {
    const bool was_empty = !after_;
    after_.reset();
    complete_since_ = round_began_;
    round_began_ = now;
    if (was_empty) {
      pace_.wait_until(now + idle_wait);  // a pool without zones
    }
    co_await save_position(true);
    co_return;
  }
  pace_.did(1, total_, now);
  const ZoneId zone = zones.front().desired.zone;
  const dns::Name name = zones.front().desired.name;
  after_ = name;
  if (!divergences_.contains(zone)) {  // those have times of their own
    ContentProof::Result result = co_await compare(name);
    co_await settle(zone, name, std::move(result));
  }
  co_await save_position(false);
}

boost::asio::awaitable<void> ContentRound::save_position(bool is_complete) {
  storage::ProofUpdate update;
  update.round = storage::RoundStep{storage::ProofKind::contents, after_, is_complete};
  return save(std::move(update));
}

boost::asio::awaitable<ContentProof::Result> ContentRound::compare(dns::Name name) {
  const SteadyTime begin = scope_.context.clock.steady();
  ContentProof::Result result = co_await proof_.compare(std::move(name));
  scope_.metrics.proof.comparison_time.observe(scope_.context.clock.steady() - begin);
  scope_.metrics.proof.count(result.outcome);
  if (result.first_signature_end) {
    saw_signature_(*result.first_signature_end);
  }
  co_return result;
}

boost::asio::awaitable<void> ContentRound::settle(ZoneId zone, dns::Name name, ContentProof::Result result) {
  const SteadyTime now = scope_.context.clock.steady();
  // Another zone may have that name by now.
  const bool is_other = result.zone && result.zone->desired.zone != zone;
  if (result.outcome == ContentOutcome::same || result.outcome == ContentOutcome::gone || is_other) {
    co_await clear(zone);
  } else if (result.outcome == ContentOutcome::differs) {
    const Divergences::Verdict verdict = divergences_.differs(zone, name, now);
    if (verdict == Divergences::Verdict::diverged) {
      const storage::ProvedZone proved = *result.zone;
      co_await tell(proved, std::move(result));
    } else {
      scope_.context.log.info("a zone's content seems to be another than its version's: it is looked at again",
                              {{"nameserver", scope_.settings.name}, {"zone", name.to_text()}});
    }
  } else {
    if (result.outcome == ContentOutcome::refused) {
      tell_refused(result.detail);
    }
    divergences_.put_off(zone, now);
    scope_.context.log.debug("a zone's content can't be compared", {{"nameserver", scope_.settings.name},
                                                                    {"zone", name.to_text()},
                                                                    {"result", to_text(result.outcome)},
                                                                    {"reason", result.detail}});
  }
}

boost::asio::awaitable<void> ContentRound::clear(ZoneId zone) {
  if (!divergences_.forget(zone)) {
    co_return;
  }
  scope_.context.log.info("a zone's content is right again",
                          {{"nameserver", scope_.settings.name}, {"zone_id", zone.to_string()}});
  storage::ProofUpdate update;
  update.gone.push_back({storage::ContentFault::diverged, zone});
  co_await save(std::move(update));
}

/// Keeps the fault, and has the zone transferred anew if that may help.
boost::asio::awaitable<void> ContentRound::tell(storage::ProvedZone zone, ContentProof::Result result) {
  const ZoneId id = zone.desired.zone;
  const bool can_repair = scope_.access.control.has_value();
  const bool repairs = can_repair && divergences_.may_repair(id);
  const auto& log = scope_.context.log;
  if (repairs) {
    log.warning("a zone's content is another than its version's: it is transferred anew",
                {{"nameserver", scope_.settings.name},
                 {"zone", zone.desired.name.to_text()},
                 {"reason", result.detail},
                 {"repairs", divergences_.repairs(id)}});
    co_await repair(zone);
  } else {
    log.error("a zone's content is another than its version's, and stays so", {{"nameserver", scope_.settings.name},
                                                                               {"zone", zone.desired.name.to_text()},
                                                                               {"reason", result.detail},
                                                                               {"repairs", divergences_.repairs(id)}});
    result.detail += can_repair ? "; forced transfers did not help" : "; there is no control channel to mend it";
  }
  storage::ProofUpdate update;
  update.found.push_back({storage::ContentFault::diverged, id, zone.desired.name, *result.serial,
                          std::move(result.detail), divergences_.repairs(id)});
  co_await save(std::move(update));
}

/// A forced transfer may take a zone backwards: only when every mdns has the version (DESIGN.md §4). Until then the
/// zone is looked at again.
boost::asio::awaitable<void> ContentRound::repair(storage::ProvedZone zone) {
  if (!scope_.context.reports.all_have(change_of(zone))) {
    co_return;
  }
  const auto turn = co_await scope_.turn.wait_turn(turn_wait);
  if (!turn || !scope_.may_act()) {
    co_return;
  }
  const DriverResult<void> forced = co_await scope_.access.control->driver->force(zone.desired.name);
  scope_.metrics.count_command(Step::force, forced.has_value());
  divergences_.repaired(zone.desired.zone, scope_.context.clock.steady());
  if (forced) {
    scope_.metrics.proof.repairs_done.increment();
  } else {
    scope_.metrics.proof.repairs_failed.increment();
    scope_.context.log.warning("a zone can't be transferred anew", {{"nameserver", scope_.settings.name},
                                                                    {"zone", zone.desired.name.to_text()},
                                                                    {"reason", forced.error().detail}});
  }
}

boost::asio::awaitable<void> ContentRound::save(storage::ProofUpdate update) {
  auto write = [lease = scope_.lease.lease(), update = std::move(update)](storage::ZoneProofs& proofs) {
    return proofs.save(lease, update);
  };
  const bool is_held = co_await ask_proofs(scope_.context, write);
  if (!is_held) {
    scope_.lease_lost();
  }
}

/// Once: it is the nameserver's right, and no fault.
void ContentRound::tell_refused(const std::string& reason) {
  if (!std::exchange(told_refused_, true)) {
    scope_.context.log.warning("a nameserver refuses to transfer zones: where it does, their content isn't compared",
                               {{"nameserver", scope_.settings.name}, {"reason", reason}});
  }
}

}  // namespace minidns::pool
