#include "central/roll_plan.hpp"

#include "central/signing_rules.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>
#include <utility>

namespace minidns::central {
namespace {

using storage::DsState;
using storage::KeyRole;
using storage::KeyRoll;
using storage::KeyState;
using storage::RollKind;
using storage::RollPhase;
using storage::SealedZoneKey;
using Kind = RollStep::Kind;

std::span<const RollPhase> phases_of(RollKind kind) {
  using enum RollPhase;
  static constexpr RollPhase zsk[] = {publishing, activating, draining};
  static constexpr RollPhase ksk[] = {publishing, submitting, ds_caching};
  static constexpr RollPhase csk[] = {publishing, submitting, ds_caching, activating, draining};
  static constexpr RollPhase algorithm[] = {presigning, presigned, publishing, submitting, ds_caching, withdrawing};
  static constexpr RollPhase first_signing[] = {draining};
  static constexpr RollPhase unsigning[] = {submitting, ds_caching};
  switch (kind) {
    case RollKind::zsk:
      return zsk;
    case RollKind::ksk:
      return ksk;
    case RollKind::csk:
      return csk;
    case RollKind::algorithm:
      return algorithm;
    case RollKind::first_signing:
      return first_signing;
    case RollKind::unsigning:
      return unsigning;
  }
  throw std::logic_error("no such kind of roll");
}

std::chrono::seconds seconds(std::int64_t count) {
  return std::chrono::seconds(count);
}

bool is_at_or_after(const KeyRoll& roll, RollPhase phase) {
  const auto phases = phases_of(roll.kind);
  const auto now = std::ranges::find(phases, roll.phase);
  const auto there = std::ranges::find(phases, phase);
  return now != phases.end() && there != phases.end() && now >= there;
}

RollStep wait_until(KeyRoll roll, WallTime next_at, std::string note) {
  roll.next_at = next_at;
  roll.note = std::move(note);
  return {Kind::wait, std::move(roll)};
}

/// Until every nameserver has the roll's version, and `ttl_s` has passed since that was seen; nothing: both have.
std::optional<RollStep> wait_for_caches(const storage::KeyRollState& state, std::int64_t ttl_s, WallTime now) {
  auto roll = state.roll;
  if (!roll.visible_at) {
    if (!state.is_visible) {
      return wait_until(std::move(roll), now + roll_look_interval, "a nameserver wasn't seen to have the version yet");
    }
    roll.visible_at = now;
  }
  const WallTime forgotten = *roll.visible_at + seconds(ttl_s);
  if (forgotten <= now && state.roll.visible_at) {
    return std::nullopt;
  }
  return wait_until(std::move(roll), forgotten, "caches may have what was there before");
}

/// Every slot begins after T - P.
std::optional<RollStep> wait_for_slots(const KeyRoll& roll, const RollTimes& times, WallTime now) {
  const auto done_at = roll.active_from.value() + times.period;
  if (times.signing_time >= done_at) {
    return std::nullopt;
  }
  return wait_until(roll, std::max(time_of_unix(done_at), now + roll_refresh_interval),
                    "signatures move to the new key");
}

std::chrono::seconds ds_ttl_of(const KeyRoll& roll) {
  return seconds(roll.ds_ttl_s.value_or(ds_ttl_s_default));
}

std::optional<RollStep> wait_for_parent(const KeyRoll& roll, const ParentFact& parent, ParentState wanted,
                                        WallTime now) {
  if (parent.state == wanted) {
    return std::nullopt;
  }
  using std::chrono::duration_cast;
  const auto waited = duration_cast<std::chrono::seconds>(now - roll.visible_at.value_or(now)) / 10;
  return wait_until(roll, now + std::clamp(waited, parent_look_interval_min, parent_look_interval_max),
                    roll.note.value_or("the parent isn't known to have the DS that is wanted"));
}

/// Until no cache has a DS set from before the parent was `wanted`.
std::optional<RollStep> wait_for_ds_caches(const KeyRoll& roll, WallTime since, WallTime now) {
  const auto forgotten = since + ds_ttl_of(roll);
  return forgotten <= now ? std::nullopt
                          : std::optional(wait_until(roll, forgotten, "caches may have the DS from before"));
}

std::optional<RollStep> waits(const storage::KeyRollState& state, const RollTimes& times, const ParentFact& parent,
                              WallTime now) {
  const auto& roll = state.roll;
  switch (roll.phase) {
    case RollPhase::presigning:
    case RollPhase::activating:
      return wait_for_slots(roll, times, now);
    case RollPhase::presigned:
    case RollPhase::draining:
      return wait_for_caches(state, times.ttl_max_s, now);
    case RollPhase::publishing:
    case RollPhase::withdrawing:
      return wait_for_caches(state, times.dnskey_ttl_s, now);
    case RollPhase::submitting:
      return wait_for_parent(roll, parent, ParentState::as_wanted, now);
    case RollPhase::retracting: {
      if (auto step = wait_for_caches(state, times.dnskey_ttl_s, now)) {
        return step;
      }
      // It may have had the new DS for a while.
      auto step = wait_for_parent(roll, parent, ParentState::as_before, now);
      return step ? std::move(step) : wait_for_ds_caches(roll, parent.since.value_or(now), now);
    }
    case RollPhase::ds_caching: {
      if (auto step = wait_for_ds_caches(roll, roll.visible_at.value_or(now), now)) {
        return step;
      }
      auto step = wait_for_parent(roll, parent, ParentState::as_wanted, now);
      if (step) {
        step->roll.visible_at = now;  // it has changed its mind: all begins anew when it is as wanted
      }
      return step;
    }
  }
  throw std::logic_error("no such phase");
}

/// `head`: the newest version, if the phase begins without one of its own.
RollStep enter(KeyRoll roll, RollPhase phase, std::int64_t period, dns::Version head, WallTime now) {
  roll.phase = phase;
  roll.version.reset();
  roll.visible_at.reset();
  roll.note.reset();
  roll.next_at = now;
  switch (phase) {
    case RollPhase::presigning:
    case RollPhase::activating:
      roll.active_from = unix_seconds(now);
      roll.next_at = now + seconds(period);
      return {Kind::advance, std::move(roll)};
    case RollPhase::presigned:
    case RollPhase::draining:
      roll.version = head;
      return {Kind::wait, std::move(roll)};
    case RollPhase::ds_caching:
      roll.visible_at = now;
      roll.next_at = now + ds_ttl_of(roll);
      return {Kind::wait, std::move(roll)};
    case RollPhase::submitting:
      roll.visible_at = now;
      return {Kind::advance, std::move(roll)};
    case RollPhase::publishing:
    case RollPhase::retracting:
    case RollPhase::withdrawing:
      return {Kind::advance, std::move(roll)};
  }
  throw std::logic_error("no such phase");
}

/// The keys that were new are what goes.
KeyRoll turned_round(KeyRoll roll) {
  std::swap(roll.old_keys, roll.new_keys);
  roll.policy_before.reset();
  return roll;
}

KeyState state_of_new(const KeyRoll& roll) {
  switch (roll.phase) {
    case RollPhase::presigning:
    case RollPhase::presigned:
      return KeyState::generated;
    case RollPhase::publishing:
    case RollPhase::submitting:
    case RollPhase::retracting:
    case RollPhase::ds_caching:
      return KeyState::published;
    case RollPhase::activating:
    case RollPhase::draining:
    case RollPhase::withdrawing:
      return KeyState::active;
  }
  throw std::logic_error("no such phase");
}

bool is_retired(const KeyRoll& roll) {
  return roll.phase == RollPhase::activating || roll.phase == RollPhase::draining ||
         roll.phase == RollPhase::withdrawing;
}

}  // namespace

ParentFact parent_fact(const KeyRoll& roll, const std::vector<SealedZoneKey>& keys, WallTime now) {
  bool has_wanted = true;
  bool has_none_new = true;
  bool has_none_old = true;
  bool is_insecure = true;
  WallTime since{};
  for (const auto& [record, active_from, sealed] : keys) {
    if (record.role == KeyRole::zsk) {
      continue;
    }
    if (contains(roll.new_keys, record.id)) {
      has_wanted = has_wanted && record.ds == DsState::present;
      has_none_new = has_none_new && record.ds == DsState::absent;
    } else if (contains(roll.old_keys, record.id)) {
      has_none_old = has_none_old && record.ds == DsState::absent;
      is_insecure = is_insecure && record.ds == DsState::absent && record.ds_at.value_or(now) + ds_ttl_of(roll) <= now;
    }
    since = std::max(since, record.ds_at.value_or(now));
  }
  if (roll.kind == RollKind::unsigning) {
    return has_none_old ? ParentFact{ParentState::as_wanted, since} : ParentFact{ParentState::otherwise};
  }
  // Without any DS for so long there is no chain that could break.
  if (has_none_old && (has_wanted || (is_insecure && has_none_new && roll.phase != RollPhase::retracting))) {
    return {ParentState::as_wanted, since};
  }
  return has_none_new ? ParentFact{ParentState::as_before, since} : ParentFact{ParentState::otherwise};
}

RollStep decide_roll(const storage::KeyRollState& state, const RollTimes& times, const ParentFact& parent,
                     dns::Version head, WallTime now) {
  const auto& roll = state.roll;
  if (auto step = waits(state, times, parent, now)) {
    return *std::move(step);
  }
  if (roll.phase == RollPhase::retracting) {
    return roll.kind == RollKind::algorithm ? enter(turned_round(roll), RollPhase::withdrawing, times.period, head, now)
                                            : RollStep{Kind::undo, roll};
  }
  const auto phases = phases_of(roll.kind);
  const auto present = std::ranges::find(phases, roll.phase);
  if (present == phases.end() || std::next(present) == phases.end()) {
    return {Kind::finish, roll};
  }
  return enter(roll, *std::next(present), times.period, head, now);
}

KeyRoll begin_roll(RollKind kind, std::vector<DnssecKeyId> old_keys, std::vector<DnssecKeyId> new_keys, WallTime now) {
  KeyRoll roll{.kind = kind,
               .old_keys = std::move(old_keys),
               .new_keys = std::move(new_keys),
               .phase = phases_of(kind).front(),
               .version = {},
               .visible_at = {},
               .active_from = {},
               .policy_before = {},
               .ds_ttl_s = {},
               .paused = false,
               .note = {},
               .next_at = now,
               .started_at = now};
  if (roll.phase == RollPhase::presigning) {
    roll.active_from = unix_seconds(now);
  }
  if (roll.phase == RollPhase::submitting) {
    roll.visible_at = now;
  }
  return roll;
}

std::optional<RollStep> cancel_roll(const KeyRoll& roll, WallTime now) {
  if (roll.kind == RollKind::unsigning) {
    // As if it was signed just now: it may have been, before the parent was to have a DS.
    return RollStep{Kind::advance, begin_roll(RollKind::first_signing, {}, roll.old_keys, now)};
  }
  if (roll.kind == RollKind::first_signing) {
    return std::nullopt;
  }
  switch (roll.phase) {
    case RollPhase::presigning:
    case RollPhase::presigned:
      return RollStep{Kind::undo, roll};
    case RollPhase::publishing:
      return roll.kind == RollKind::algorithm
                 ? enter(turned_round(roll), RollPhase::withdrawing, 0, dns::Version(0), now)
                 : RollStep{Kind::undo, roll};
    case RollPhase::submitting:
      return enter(roll, RollPhase::retracting, 0, dns::Version(0), now);
    case RollPhase::retracting:
    case RollPhase::ds_caching:
    case RollPhase::activating:
    case RollPhase::draining:
    case RollPhase::withdrawing:
      return std::nullopt;
  }
  throw std::logic_error("no such phase");
}

std::string why_not_cancelled(const KeyRoll& roll) {
  if (roll.kind == RollKind::first_signing) {
    return "there is nothing to go back to: end the signing instead";
  }
  switch (roll.phase) {
    case RollPhase::retracting:
      return "it is being taken back already";
    case RollPhase::ds_caching:
      return "the parent has the new DS: it can only go on";
    default:
      return "the zone is signed by the new key already: let it end, and roll again";
  }
}

std::vector<KeySetMember> members_of(const std::vector<SealedZoneKey>& keys, const std::optional<KeyRoll>& roll) {
  std::vector<KeySetMember> members;
  for (const auto& [record, active_from, sealed] : keys) {
    KeySetMember member{.id = record.id, .role = record.role, .dnskey = record.dnskey, .active_from = active_from};
    if (roll && contains(roll->new_keys, record.id)) {
      member.is_published = roll->phase != RollPhase::presigning && roll->phase != RollPhase::presigned;
      member.is_for_parent = roll->kind == RollKind::first_signing || is_at_or_after(*roll, RollPhase::submitting);
    } else if (roll && contains(roll->old_keys, record.id)) {
      member.is_published = roll->phase != RollPhase::withdrawing;
      member.is_for_parent = roll->kind == RollKind::unsigning || !is_at_or_after(*roll, RollPhase::submitting);
    }
    members.push_back(std::move(member));
  }
  return members;
}

ParentRequest request_of(const std::optional<KeyRoll>& roll) {
  if (!roll) {
    return ParentRequest::keys;
  }
  switch (roll->kind) {
    case RollKind::first_signing:
      return ParentRequest::nothing;
    case RollKind::unsigning:
      return ParentRequest::removal;
    default:
      return ParentRequest::keys;
  }
}

std::vector<std::pair<DnssecKeyId, KeyState>> states_of(const std::vector<SealedZoneKey>& keys, const KeyRoll& roll) {
  std::vector<std::pair<DnssecKeyId, KeyState>> states;
  if (roll.kind == RollKind::first_signing || roll.kind == RollKind::unsigning) {
    return states;
  }
  for (const auto& key : keys) {
    const auto& id = key.record.id;
    if (contains(roll.new_keys, id)) {
      states.emplace_back(id, state_of_new(roll));
    } else if (contains(roll.old_keys, id)) {
      states.emplace_back(id, is_retired(roll) ? KeyState::retired : KeyState::active);
    }
  }
  return states;
}

}  // namespace minidns::central
