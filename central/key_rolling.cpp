#include "central/key_rolling.hpp"

#include "central/signing_rules.hpp"
#include "central/version_policy.hpp"
#include "central/zone_signing.hpp"
#include "dnssec/zone/canonical.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

namespace minidns::central {
namespace {

using storage::KeyRole;
using storage::KeyRoll;
using storage::KeyState;
using storage::RollPhase;
using Kind = RollStep::Kind;

std::chrono::seconds seconds(std::int64_t count) {
  return std::chrono::seconds(count);
}

RollStep wait_until(KeyRoll roll, WallTime next_at) {
  roll.next_at = next_at;
  return {Kind::wait, std::move(roll)};
}

/// Until every nameserver has the roll's version, and `ttl_s` has passed since that was seen; nothing: both have.
std::optional<RollStep> wait_for_caches(const storage::KeyRollState& state, std::int64_t ttl_s, WallTime now) {
  auto roll = state.roll;
  if (!roll.visible_at) {
    if (!state.is_visible) {
      return wait_until(std::move(roll), now + roll_look_interval);
    }
    roll.visible_at = now;
  }
  const WallTime forgotten = *roll.visible_at + seconds(ttl_s);
  return forgotten > now || !state.roll.visible_at ? std::optional(wait_until(std::move(roll), forgotten))
                                                   : std::nullopt;
}

RollStep activate(KeyRoll roll, std::int64_t period, WallTime now) {
  roll.phase = RollPhase::activating;
  roll.version.reset();
  roll.visible_at.reset();
  roll.active_from = unix_seconds(now);
  roll.next_at = now + seconds(period);
  return {Kind::activate, std::move(roll)};
}

/// As the version before has it, but for the keys.
SigningPlan plan_of(storage::ZoneEdit& edit) {
  const auto& stamp = edit.zone().signing.value().stamp;
  return {
      .zone = edit.zone().name, .policy = edit.policy(), .signing_time = stamp.signing_time, .buckets = stamp.buckets};
}

dnssec::Result<storage::SigningChange> with_keys(KeyVault& vault, storage::ZoneEdit& edit,
                                                 const std::vector<storage::SealedZoneKey>& keys, const Clock& clock) {
  auto change = change_policy(vault, plan_of(edit), keys, clock);
  if (change) {
    change->refresh_due = edit.zone().signing.value().refresh_due;
  }
  return change;
}

storage::VersionStamp stamp_after(const storage::LockedZone& zone) {
  return next_stamp(zone.head, zone.head_epoch != zone.current_epoch, zone.now);
}

dnssec::Result<storage::SigningChange> change_of(KeyVault& vault, storage::ZoneEdit& edit, const RollStep& step,
                                                 const Clock& clock) {
  auto keys = edit.keys();
  const auto& roll = step.roll;
  if (step.kind == Kind::remove) {
    std::erase_if(keys, [&](const storage::SealedZoneKey& key) { return key.record.id == roll.old_key; });
  }
  for (auto& key : keys) {
    if (key.record.id == roll.new_key) {
      key.active_from = roll.active_from.value();
    }
  }
  auto change = with_keys(vault, edit, keys, clock);
  if (!change) {
    return change;
  }
  if (step.kind == Kind::remove) {
    change->key_states = {{roll.old_key, KeyState::removed}};
    change->end_roll = true;
  } else {
    change->key_states = {{roll.old_key, KeyState::retired}, {roll.new_key, KeyState::active}};
    change->roll = roll;
  }
  return change;
}

}  // namespace

RollStep decide_roll(const storage::KeyRollState& state, const RollTimes& times, dns::Version head, WallTime now) {
  const auto& roll = state.roll;
  switch (roll.phase) {
    case RollPhase::publishing: {
      auto waiting = wait_for_caches(state, times.dnskey_ttl.seconds(), now);
      return waiting ? *std::move(waiting) : activate(roll, times.period, now);
    }
    case RollPhase::activating: {
      // Every slot begins after T - P.
      const auto done_at = roll.active_from.value() + times.period;
      if (times.signing_time < done_at) {
        return wait_until(roll, std::max(time_of_unix(done_at), now + roll_refresh_interval));
      }
      auto next = roll;
      next.phase = RollPhase::draining;
      next.version = head;
      return wait_until(std::move(next), now);
    }
    case RollPhase::draining: {
      auto waiting = wait_for_caches(state, times.ttl_max_s, now);
      return waiting ? *std::move(waiting) : RollStep{Kind::remove, roll};
    }
  }
  throw std::logic_error("no such phase");
}

dnssec::Result<storage::SigningChange> begin_zsk_roll(KeyVault& vault, storage::ZoneEdit& edit,
                                                      const storage::VersionStamp& stamp, const Clock& clock) {
  auto keys = edit.keys();
  std::set<std::uint16_t> tags;
  for (const auto& key : keys) {
    tags.insert(dnssec::key_tag_of(key.record.dnskey.octets()));
  }
  const auto old = std::ranges::find_if(keys, [](const storage::SealedZoneKey& key) {
    return key.record.role == KeyRole::zsk && key.record.state == KeyState::active;
  });
  if (old == keys.end()) {
    return dnssec::Error{dnssec::Errc::bad_input, "The zone has no ZSK"};
  }
  const auto old_id = old->record.id;
  auto made = make_key(vault, KeyRole::zsk, edit.policy().fields.algorithm, tags, clock);
  if (!made) {
    return made.error();
  }
  made->record.state = KeyState::published;
  keys.push_back({.record = {.id = made->record.id,
                             .role = KeyRole::zsk,
                             .dnskey = made->record.dnskey,
                             .state = KeyState::published,
                             .ds = storage::DsState::unknown,
                             .created_at = edit.zone().now,
                             .active_at = {},
                             .retired_at = {}},
                  .active_from = never_active,
                  .private_sealed = made->record.private_sealed});
  auto change = with_keys(vault, edit, keys, clock);
  if (change) {
    change->roll = KeyRoll{.old_key = old_id,
                           .new_key = made->record.id,
                           .phase = RollPhase::publishing,
                           .version = stamp.version,
                           .visible_at = {},
                           .active_from = {},
                           .next_at = edit.zone().now,
                           .started_at = edit.zone().now};
    change->new_keys = {std::move(made->record)};
  }
  return change;
}

void KeyRoller::commit(storage::ZoneEdit& edit, storage::SigningChange change, const char* what) {
  const auto& zone = edit.zone();
  storage::ZoneCommit commit;
  commit.author = "key roll";
  commit.stamp = stamp_after(zone);
  commit.signing = std::move(change);
  static_cast<void>(edit.commit(commit));
  announcer_.committed(zone.id, commit.stamp->version);
  log_.info(what, {{"zone", zone.name.to_text()}, {"serial", commit.stamp->serial.value()}});
}

void KeyRoller::advance(const ZoneId& zone) {
  const auto edit = editor_.edit({}, zone);
  if (!edit || edit->zone().deleted || !edit->zone().signing) {
    return;
  }
  const auto state = edit->roll();
  const auto now = edit->zone().now;
  if (!state || state->roll.next_at > now) {
    return;  // another central was here
  }
  const auto& signing = *edit->zone().signing;
  const RollTimes times{.signing_time = signing.stamp.signing_time,
                        .period = signing.times.period,
                        .dnskey_ttl = edit->policy().fields.dnskey_ttl,
                        .ttl_max_s = std::max<std::int64_t>(ttl_max_s(signing.times), 0)};
  const auto step = decide_roll(*state, times, edit->zone().head.version, now);
  if (step.kind == Kind::wait) {
    edit->save_roll(step.roll);
    return;
  }
  auto change = change_of(vault_, *edit, step, clock_);
  if (!change) {
    log_.error("a key roll can't go on", {{"zone", edit->zone().name.to_text()}, {"reason", change.error().detail}});
    auto roll = state->roll;
    roll.next_at = now + roll_refresh_interval;
    edit->save_roll(roll);
    return;
  }
  commit(*edit, *std::move(change),
         step.kind == Kind::activate ? "the new ZSK signs from now on" : "the old ZSK is out: its roll has ended");
}

void KeyRoller::advance_due() {
  for (const auto& zone : rolls_.due(roll_batch_zones)) {
    advance(zone);
  }
}

void KeyRoller::begin_overdue() {
  for (const auto& zone : rolls_.overdue(roll_batch_zones)) {
    const auto edit = editor_.edit({}, zone);
    if (!edit || edit->zone().deleted || !edit->zone().signing || edit->roll()) {
      continue;
    }
    auto change = begin_zsk_roll(vault_, *edit, stamp_after(edit->zone()), clock_);
    if (!change) {
      log_.error("a key roll can't begin", {{"zone", edit->zone().name.to_text()}, {"reason", change.error().detail}});
      continue;
    }
    commit(*edit, *std::move(change), "a ZSK has become old: its roll begins");
  }
}

}  // namespace minidns::central
