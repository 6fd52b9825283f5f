#include "pool-manager/proof/serial_round.hpp"

#include "pool-manager/decision.hpp"
#include "pool-manager/proof/ask_proofs.hpp"
#include "pool-manager/sweep.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <tuple>
#include <utility>

namespace minidns::pool {
namespace {

using namespace std::chrono_literals;

/// Zones per page: a millisecond of the database.
constexpr std::size_t page_zones = 500;
/// Questions at a time, and steps a second: a nameserver gets a few at once rather than a burst, and 100,000 zones
/// don't need 100,000 wake-ups.
constexpr std::size_t questions_max = 32;
constexpr double steps_per_second = 10;
/// Zones are counted so often and when a round begins, for the pace.
constexpr auto count_interval = 60s;
/// Where there is nothing to look at.
constexpr SteadyTime::duration idle_wait = 1s;
/// The position is saved so often, if no page ends before.
constexpr auto save_interval = 60s;
/// Zones whose signatures end soon are looked at again, so many at a time.
constexpr auto again_interval = 60s;
constexpr std::size_t again_zones = 64;
/// PowerDNS may know the records of a zone that was just signed and yet take it for an unsigned one, until it reads the
/// zone's metadata again (zone-metadata-cache-ttl, 60 s).
constexpr auto missing_patience = 90s;
/// Faults that are kept for a nameserver: more of them are one fault of all zones, which is counted.
constexpr std::size_t faults_max = 10'000;

}  // namespace

SerialRound::SerialRound(const ProofScope& scope)
    : scope_(scope),
      pace_(scope.context.settings.proof.serial_round, scope.context.settings.proof.questions_per_second_max),
      wakeup_(scope.executor) {}

std::size_t SerialRound::expiring() const {
  const auto told =
      static_cast<std::size_t>(std::ranges::count_if(expiring_, [](const auto& item) { return item.second.is_told; }));
  return expiring_.size() < faults_max ? told : std::max({told, expiring_in_round_, expiring_in_last_round_});
}

boost::asio::awaitable<void> SerialRound::run() {
  page_.clear();  // after a failure: what was in hand is read again
  if (!is_loaded_) {
    co_await load();
  }
  while (!scope_.is_ending()) {
    if (scope_.may_act()) {
      co_await step();
    }
    publish();
    co_await wakeup_.wait_until(next());
  }
}

SteadyTime SerialRound::next() const {
  const SteadyTime now = scope_.context.clock.steady();
  if (!scope_.may_act()) {
    return now + idle_wait;
  }
  return std::min(now + idle_wait, pace_.next());
}

boost::asio::awaitable<void> SerialRound::load() {
  auto read = [nameserver = scope_.settings.id, pool = scope_.settings.pool](storage::ZoneProofs& proofs) {
    return std::tuple(proofs.read_round(nameserver, storage::ProofKind::serials),
                      proofs.read_faults(nameserver, 2 * faults_max), proofs.count_zones(pool));
  };
  auto [round, faults, count] = co_await ask_proofs(scope_.context, read);
  total_ = count;
  const SteadyTime now = scope_.context.clock.steady();
  after_ = std::move(round.after);
  round_began_ = now - round.age;
  if (round.complete_age) {
    complete_since_ = now - *round.complete_age;
  }
  for (storage::FaultKept& fault : faults) {
    if (fault.fault == storage::ContentFault::expiring) {
      expiring_.emplace(fault.zone, Fault{std::move(fault.name), now, true});
    }
  }
  is_loaded_ = true;
}

boost::asio::awaitable<void> SerialRound::step() {
  const SteadyTime now = scope_.context.clock.steady();
  if (now >= again_at_ && !expiring_.empty()) {
    again_at_ = now + again_interval;
    co_await look_again();
  }
  if (scope_.context.clock.steady() < pace_.next()) {
    co_return;
  }
  if (page_.empty()) {
    co_await turn_page();
  }
  const std::size_t size = std::min(page_.size(), pace_.batch(total_, steps_per_second, questions_max));
  if (size == 0) {
    co_return;
  }
  const auto end = page_.begin() + static_cast<std::ptrdiff_t>(size);
  Zones zones(std::make_move_iterator(page_.begin()), std::make_move_iterator(end));
  page_.erase(page_.begin(), end);
  pace_.did(size, total_, scope_.context.clock.steady());
  dns::Name last = zones.back().desired.name;
  co_await look(std::move(zones));
  after_ = std::move(last);
  co_await save();
}

boost::asio::awaitable<void> SerialRound::turn_page() {
  const SteadyTime now = scope_.context.clock.steady();
  const bool counts = !after_ || now >= counted_ + count_interval;
  auto read = [pool = scope_.settings.pool, after = after_, counts](storage::ZoneProofs& proofs) {
    return std::pair(counts ? std::optional(proofs.count_zones(pool)) : std::nullopt,
                     proofs.read_zones(pool, after, page_zones));
  };
  auto [count, zones] = co_await ask_proofs(scope_.context, read);
  if (count) {
    total_ = *count;
    counted_ = now;
  }
  page_ = std::move(zones);
  if (page_.empty()) {
    co_await finish_round();
  }
}

/// The next round begins with the next step.
boost::asio::awaitable<void> SerialRound::finish_round() {
  const bool was_empty = !after_;
  after_.reset();
  complete_since_ = round_began_;
  round_began_ = scope_.context.clock.steady();
  first_end_of_last_round_ = std::exchange(first_end_, std::nullopt);
  expiring_in_last_round_ = std::exchange(expiring_in_round_, 0);
  if (was_empty) {
    pace_.wait_until(round_began_ + idle_wait);  // a pool without zones
    co_return;
  }
  round_is_complete_ = true;
  co_await save();
  auto tidy = [lease = scope_.lease.lease(), pool = scope_.settings.pool](storage::ZoneProofs& proofs) {
    return std::pair(proofs.forget_deleted(lease, pool), proofs.now());
  };
  const auto [is_held, database_now] = co_await ask_proofs(scope_.context, tidy);
  if (!is_held) {
    scope_.lease_lost();
  }
  scope_.metrics.proof.clock_difference.set(
      std::chrono::duration<double>(scope_.context.clock.wall() - database_now).count());
}

/// Zones whose signatures were found to end soon: they are to be right soon, not in the next round.
boost::asio::awaitable<void> SerialRound::look_again() {
  auto from = again_after_ ? expiring_.upper_bound(*again_after_) : expiring_.begin();
  if (from == expiring_.end()) {
    from = expiring_.begin();
  }
  std::vector<dns::Name> names;
  std::vector<ZoneId> ids;
  for (; from != expiring_.end() && names.size() < again_zones; ++from) {
    names.push_back(from->second.name);
    ids.push_back(from->first);
    again_after_ = from->first;
  }
  auto read = [pool = scope_.settings.pool, names = std::move(names)](storage::ZoneProofs& proofs) {
    return proofs.look_up(pool, names);
  };
  Zones zones = co_await ask_proofs(scope_.context, read);
  for (const ZoneId& id : ids) {
    if (std::ranges::find(zones, id, [](const auto& zone) { return zone.desired.zone; }) == zones.end()) {
      expiring_.erase(id);  // deleted, or another pool's
      unsaved_[id].reset();
    }
  }
  co_await look(std::move(zones));
  co_await save();
}

boost::asio::awaitable<void> SerialRound::look(Zones zones) {
  if (zones.empty()) {
    co_return;
  }
  Answers answers = co_await ask(zones);
  scope_.metrics.proof.serial_looks.increment(static_cast<double>(zones.size()));
  for (std::size_t i = 0; i < zones.size(); ++i) {
    scope_.metrics.count_probe(answers[i].soa);
    scope_.heard(sight_of(answers[i].soa).kind != Sight::Kind::silent);
    judge_signature_of(zones[i], answers[i]);
  }
  co_await judge_serials(std::move(zones), std::move(answers));
}

boost::asio::awaitable<SerialRound::Answers> SerialRound::ask(const Zones& zones) {
  std::vector<dns::Name> names;
  std::ranges::transform(zones, std::back_inserter(names), [](const auto& zone) { return zone.desired.name; });
  Answers answers = co_await scope_.access.probe->ask_signed(names);
  // What did not fit with its signatures fits without.
  std::vector<std::size_t> truncated;
  std::vector<dns::Name> again;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].is_truncated && !std::holds_alternative<dns::Serial>(answers[i].soa)) {
      truncated.push_back(i);
      again.push_back(names[i]);
    }
  }
  if (!again.empty()) {
    const std::vector<SoaAnswer> plain = co_await scope_.access.probe->ask(std::move(again));
    for (std::size_t i = 0; i < plain.size(); ++i) {
      answers[truncated[i]].soa = plain[i];
    }
  }
  co_return answers;
}

/// As a sweep does; what gave no answer isn't judged.
boost::asio::awaitable<void> SerialRound::judge_serials(Zones zones, Answers answers) {
  std::vector<storage::DesiredZone> desired;
  std::vector<ListedZone> observed;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    const Sight sight = sight_of(answers[i].soa);
    if (sight.kind == Sight::Kind::silent) {
      continue;
    }
    desired.push_back(zones[i].desired);
    if (sight.kind != Sight::Kind::absent) {
      observed.push_back({zones[i].desired.name, sight.serial});
    }
  }
  SweepState nothing_to_bring_over;
  Sweep sweep(scope_.context, scope_.lease, scope_.metrics, scope_.settings, scope_.access, scope_.window, scope_.turn,
              nothing_to_bring_over);
  const Sweep::Result result =
      co_await sweep.judge(std::move(desired), std::move(observed), scope_.known_through(), scope_.is_ending);
  if (result == Sweep::Result::lease_lost) {
    scope_.lease_lost();
  }
  if (sweep.findings() > 0) {
    scope_.context.log.info("a nameserver serves zones otherwise than it should",
                            {{"nameserver", scope_.settings.name}, {"findings", sweep.findings()}});
    scope_.wake_tasks();
  }
}

void SerialRound::judge_signature_of(const storage::ProvedZone& zone, const SignedSoaAnswer& answer) {
  const auto* serial = std::get_if<dns::Serial>(&answer.soa);
  if (serial == nullptr || (!answer.signature && answer.is_truncated)) {
    return;
  }
  if (answer.signature) {
    take_end(*answer.signature);
  }
  const bool must_be_signed = zone.is_signed && *serial == zone.desired.serial;
  // This program's clock, not the database's: that made the signatures, and would be wrong with them.
  const SignatureState state = judge_signature(answer.signature, must_be_signed, scope_.context.clock.wall(),
                                               scope_.context.settings.proof.signature_margin);
  const ZoneId id = zone.desired.zone;
  if (!is_fault(state.kind)) {
    if (expiring_.erase(id) > 0) {
      unsaved_[id].reset();
    }
    return;
  }
  ++expiring_in_round_;
  if (!expiring_.contains(id) && expiring_.size() >= faults_max) {
    return;
  }
  const SteadyTime now = scope_.context.clock.steady();
  Fault& fault = expiring_.try_emplace(id, Fault{zone.desired.name, now}).first->second;
  if (state.kind == SignatureState::Kind::missing && !fault.is_told && now < fault.since + missing_patience) {
    return;
  }
  if (!std::exchange(fault.is_told, true)) {
    scope_.context.log.error("a zone's signatures end soon, or are wrong, on a nameserver",
                             {{"nameserver", scope_.settings.name},
                              {"zone", zone.desired.name.to_text()},
                              {"serial", serial->value()},
                              {"reason", describe(state)}});
  }
  unsaved_[id] = storage::FaultFound{storage::ContentFault::expiring, id, zone.desired.name, *serial, describe(state)};
}

void SerialRound::take_end(const SignatureTimes& signature) {
  if (!first_end_ || ends_before(signature, *first_end_)) {
    first_end_ = signature;
  }
}

/// Throws, with nothing forgotten, if the database can't be asked.
boost::asio::awaitable<void> SerialRound::save() {
  const SteadyTime now = scope_.context.clock.steady();
  if (unsaved_.empty() && !round_is_complete_ && !page_.empty() && now < saved_ + save_interval) {
    co_return;
  }
  storage::ProofUpdate update;
  for (const auto& [zone, found] : unsaved_) {
    if (found) {
      update.found.push_back(*found);
    } else {
      update.gone.push_back({storage::ContentFault::expiring, zone});
    }
  }
  update.round = storage::RoundStep{storage::ProofKind::serials, after_, round_is_complete_};
  auto write = [lease = scope_.lease.lease(), update = std::move(update)](storage::ZoneProofs& proofs) {
    return proofs.save(lease, update);
  };
  const bool is_held = co_await ask_proofs(scope_.context, write);
  unsaved_.clear();
  round_is_complete_ = false;
  saved_ = now;
  if (!is_held) {
    scope_.lease_lost();
  }
}

void SerialRound::publish() const {
  const ProofMetrics& metrics = scope_.metrics.proof;
  if (complete_since_) {
    metrics.serial_oldest.set(std::chrono::duration<double>(scope_.context.clock.steady() - *complete_since_).count());
  }
  std::optional<SignatureTimes> first = first_end_;
  if (first_end_of_last_round_ && (!first || ends_before(*first_end_of_last_round_, *first))) {
    first = first_end_of_last_round_;
  }
  if (first) {
    metrics.signature_least.set(static_cast<double>(remaining(*first, scope_.context.clock.wall()).count()));
  }
}

}  // namespace minidns::pool
