#include "central/key_rolling.hpp"

#include "api/vocabulary.hpp"
#include "central/signing_rules.hpp"
#include "central/version_policy.hpp"
#include "central/worker.hpp"
#include "central/zone_signing.hpp"
#include "dnssec/zone/canonical.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace minidns::central {
namespace {

using storage::KeyRole;
using storage::KeyRoll;
using storage::KeyState;
using storage::RollKind;
using storage::RollPhase;
using storage::SealedZoneKey;
using Kind = RollStep::Kind;

std::uint8_t algorithm_of(const SealedZoneKey& key) {
  constexpr std::size_t algorithm_at = 3;  // RFC 4034 §2.1
  return key.record.dnskey.octets()[algorithm_at];
}

/// Buckets as the version before has them, and T, unless the policy is another: by its times T may be too old.
SigningPlan plan_of(storage::ZoneEdit& edit, storage::DnssecPolicyRecord policy) {
  const auto& signing = edit.zone().signing.value();
  const bool is_same = policy.id == signing.policy;
  return {.zone = edit.zone().name,
          .policy = std::move(policy),
          .signing_time = is_same ? signing.stamp.signing_time : unix_seconds(edit.zone().now),
          .buckets = signing.stamp.buckets};
}

dnssec::Result<storage::SigningChange> with_keys(KeyVault& vault, storage::ZoneEdit& edit,
                                                 const storage::DnssecPolicyRecord& policy,
                                                 const std::vector<SealedZoneKey>& keys,
                                                 const std::optional<KeyRoll>& roll, const Clock& clock) {
  auto change = signing_change(vault, plan_of(edit, policy), keys, edit.foreign_dnskeys(), roll, clock);
  if (change && policy.id == edit.zone().signing.value().policy) {
    change->refresh_due = edit.zone().signing.value().refresh_due;
  }
  return change;
}

std::set<std::uint16_t> tags_of(storage::ZoneEdit& edit, const std::vector<SealedZoneKey>& keys) {
  std::set<std::uint16_t> tags;
  for (const auto& key : keys) {
    tags.insert(dnssec::key_tag_of(key.record.dnskey.octets()));
  }
  for (const auto& dnskey : edit.foreign_dnskeys()) {
    tags.insert(dnssec::key_tag_of(dnskey.octets()));
  }
  return tags;
}

/// A new key of a roll that begins signs the zone from then on, or not before the roll says so.
std::int64_t first_active_from(KeyRole role, const KeyRoll& roll) {
  return role == KeyRole::ksk ? 0 : roll.active_from.value_or(never_active);
}

dnssec::Result<storage::SigningChange> begin(KeyVault& vault, storage::ZoneEdit& edit, RollKind kind,
                                             const storage::DnssecPolicyRecord& policy,
                                             const std::vector<KeyRole>& new_roles,
                                             const std::vector<DnssecKeyId>& old_keys, const Clock& clock) {
  auto keys = edit.keys();
  auto made = make_keys(vault, new_roles, policy.fields.algorithm, tags_of(edit, keys), clock);
  if (!made) {
    return made.error();
  }
  std::vector<DnssecKeyId> new_ids;
  std::ranges::transform(*made, std::back_inserter(new_ids), &storage::NewZoneKey::id);
  auto roll = begin_roll(kind, old_keys, std::move(new_ids), edit.zone().now);
  if (policy.id != edit.zone().signing.value().policy) {
    roll.policy_before = edit.zone().signing.value().policy;
  }
  for (auto& key : *made) {
    key.state = roll.phase == RollPhase::presigning ? KeyState::generated : KeyState::published;
    keys.push_back(sealed_of(key, first_active_from(key.role, roll), edit.zone().now));
  }
  auto change = with_keys(vault, edit, policy, keys, roll, clock);
  if (change) {
    std::erase_if(change->key_states, [&](const auto& state) { return contains(roll.new_keys, state.first); });
    change->new_keys = *std::move(made);
  }
  return change;
}

std::vector<DnssecKeyId> active_keys(storage::ZoneEdit& edit, std::optional<KeyRole> role) {
  std::vector<DnssecKeyId> ids;
  for (const auto& key : edit.keys()) {
    if (key.record.state == KeyState::active && (!role || key.record.role == *role)) {
      ids.push_back(key.record.id);
    }
  }
  return ids;
}

RollKind kind_of(KeyRole role) {
  switch (role) {
    case KeyRole::ksk:
      return RollKind::ksk;
    case KeyRole::zsk:
      return RollKind::zsk;
    case KeyRole::csk:
      break;
  }
  return RollKind::csk;
}

const char* what_happened(const KeyRoll& before, const RollStep& step) {
  switch (step.kind) {
    case Kind::finish:
      return before.kind == RollKind::first_signing ? "a zone's signing is known everywhere: the parent may have its DS"
             : before.kind == RollKind::unsigning   ? "nobody has the DS any more: the zone is unsigned"
                                                    : "a key roll has ended";
    case Kind::undo:
      return "a key roll was taken back";
    default:
      return "a key roll goes on";
  }
}

RollTimes times_of(storage::ZoneEdit& edit, const storage::KeyRollState& state) {
  const auto& [roll, is_visible] = state;
  const auto& signing = edit.zone().signing.value();
  const auto dnskey_ttl = edit.dnskey_ttl_max_of_history().seconds();
  // All rows of the zone are read for it: not before it matters.
  const bool waits_for_content =
      (roll.phase == RollPhase::presigned || roll.phase == RollPhase::draining) && (is_visible || roll.visible_at);
  return {.signing_time = signing.stamp.signing_time,
          .period = signing.times.period,
          .dnskey_ttl_s = dnskey_ttl,
          .ttl_max_s = waits_for_content ? std::max<std::int64_t>(edit.ttl_max_of_history().seconds(), dnskey_ttl) : 0};
}

/// A key that has signed everything signs everything from then on, also what is in slots of another policy, which may
/// have begun before it was there.
std::int64_t active_from_of(const SealedZoneKey& key, const KeyRoll& before, const std::optional<KeyRoll>& roll) {
  if (!roll || key.record.role == KeyRole::ksk) {
    return 0;
  }
  const bool is_new = contains(roll->new_keys, key.record.id);
  if (is_new && roll->active_from != before.active_from) {
    return roll->active_from.value();
  }
  const bool has_signed_all = roll->kind == RollKind::algorithm && roll->phase == RollPhase::publishing;
  return is_new && has_signed_all ? 0 : key.active_from;
}

/// What decide_roll says of the zone as it is just now.
RollStep step_of(storage::ZoneEdit& edit, const storage::KeyRollState& state,
                 const std::vector<storage::KeyDsState>& ds) {
  auto keys = edit.keys();
  for (auto& key : keys) {
    const auto found = std::ranges::find(ds, key.record.id, &storage::KeyDsState::first);
    if (found != ds.end() && found->second != key.record.ds) {
      key.record.ds = found->second;
      key.record.ds_at = edit.zone().now;
    }
  }
  const auto now = edit.zone().now;
  return decide_roll(state, times_of(edit, state), parent_fact(state.roll, keys, now), edit.zone().head.version, now);
}

}  // namespace

dnssec::Result<storage::SigningChange> begin_key_roll(KeyVault& vault, storage::ZoneEdit& edit, KeyRole role,
                                                      const Clock& clock) {
  const auto old_keys = active_keys(edit, role);
  if (old_keys.empty()) {
    return dnssec::Error{dnssec::Errc::bad_input,
                         "The zone has no " + std::string(api::key_role_words.word_of(to_api(role)))};
  }
  return begin(vault, edit, kind_of(role), edit.policy(), {role}, old_keys, clock);
}

dnssec::Result<storage::SigningChange> begin_policy_roll(KeyVault& vault, storage::ZoneEdit& edit,
                                                         const storage::DnssecPolicyRecord& policy,
                                                         const Clock& clock) {
  const auto keys = edit.keys();
  const bool is_same_algorithm =
      std::ranges::all_of(keys, [&](const SealedZoneKey& key) { return algorithm_of(key) == policy.fields.algorithm; });
  if (!is_same_algorithm && !edit.foreign_dnskeys().empty()) {
    return dnssec::Error{dnssec::Errc::bad_input,
                         "Other providers' DNSKEYs are of the present algorithm: take them away first"};
  }
  return begin(vault, edit, is_same_algorithm ? RollKind::csk : RollKind::algorithm, policy,
               roles_of(policy.fields.key_model), active_keys(edit, {}), clock);
}

dnssec::Result<storage::SigningChange> begin_unsigning(KeyVault& vault, storage::ZoneEdit& edit, const Clock& clock) {
  const auto roll = begin_roll(RollKind::unsigning, active_keys(edit, {}), {}, edit.zone().now);
  return with_keys(vault, edit, edit.policy(), edit.keys(), roll, clock);
}

dnssec::Result<storage::SigningChange> with_foreign_dnskeys(KeyVault& vault, storage::ZoneEdit& edit,
                                                            std::vector<dns::Rdata> dnskeys, const Clock& clock) {
  const auto state = edit.roll();
  const auto roll = state ? std::optional(state->roll) : std::nullopt;
  auto change = signing_change(vault, plan_of(edit, edit.policy()), edit.keys(), dnskeys, roll, clock);
  if (change) {
    change->refresh_due = edit.zone().signing.value().refresh_due;
    change->foreign_dnskeys = std::move(dnskeys);
  }
  return change;
}

dnssec::Result<StepChange> change_of(KeyVault& vault, storage::ZoneEdit& edit, const KeyRoll& before,
                                     const RollStep& step, const Clock& clock) {
  if (step.kind == Kind::finish && before.kind == RollKind::unsigning) {
    return StepChange{.signing = {}, .unsigned_after = true};
  }
  const bool ends = step.kind == Kind::finish || step.kind == Kind::undo;
  const auto roll = ends ? std::nullopt : std::optional(step.roll);
  std::vector<DnssecKeyId> gone;
  if (before.kind != RollKind::unsigning && before.kind != RollKind::first_signing) {
    gone = step.kind == Kind::finish ? before.old_keys : step.kind == Kind::undo ? before.new_keys : gone;
  }
  auto keys = edit.keys();
  std::erase_if(keys, [&](const SealedZoneKey& key) { return contains(gone, key.record.id); });
  for (auto& key : keys) {
    key.active_from = active_from_of(key, before, roll);
  }
  const bool is_taken_back = before.policy_before && (step.kind == Kind::undo || (roll && !roll->policy_before));
  auto change =
      with_keys(vault, edit, is_taken_back ? edit.policy(*before.policy_before) : edit.policy(), keys, roll, clock);
  if (!change) {
    return change.error();
  }
  for (const auto& id : gone) {
    change->key_states.emplace_back(id, KeyState::removed);
  }
  if (ends) {
    for (const auto& key : keys) {
      change->key_states.emplace_back(key.record.id, KeyState::active);
    }
  }
  change->end_roll = ends;
  return StepChange{.signing = *std::move(change)};
}

storage::SigningChange in_version(storage::SigningChange change, dns::Version version) {
  if (change.roll && !change.roll->version) {
    change.roll->version = version;
  }
  return change;
}

void KeyRoller::commit(storage::ZoneEdit& edit, storage::ZoneCommit commit, const char* what) {
  const auto& zone = edit.zone();
  commit.author = "key roll";
  static_cast<void>(edit.commit(commit));
  announcer_.committed(zone.id, commit.stamp->version);
  log_.info(what, {{"zone", zone.name.to_text()}, {"serial", commit.stamp->serial.value()}});
}

void KeyRoller::take(storage::ZoneEdit& edit, const KeyRoll& before, const RollStep& step,
                     const std::vector<storage::KeyDsState>& ds) {
  if (step.kind == Kind::wait) {
    edit.save_roll(step.roll, ds);
    return;
  }
  auto change = change_of(vault_, edit, before, step, clock_);
  if (!change) {
    log_.error("a key roll can't go on", {{"zone", edit.zone().name.to_text()}, {"reason", change.error().detail}});
    auto roll = before;
    roll.note = change.error().detail;
    roll.next_at = edit.zone().now + roll_refresh_interval;
    edit.save_roll(roll, ds);
    return;
  }
  const auto& zone = edit.zone();
  storage::ZoneCommit commit;
  commit.stamp = next_stamp(zone.head, zone.head_epoch != zone.current_epoch, zone.now);
  commit.ds = ds;
  commit.end_signing = change->unsigned_after;
  if (change->signing) {
    commit.signing = in_version(*std::move(change->signing), commit.stamp->version);
  }
  this->commit(edit, std::move(commit), what_happened(before, step));
}

std::optional<dns::Name> KeyRoller::advance(const ZoneId& zone, const ParentView* parent) {
  const auto edit = editor_.edit({}, zone);
  if (!edit || edit->zone().deleted || !edit->zone().signing) {
    return std::nullopt;
  }
  auto state = edit->roll();
  if (!state || state->roll.paused || state->roll.next_at > edit->zone().now) {
    return std::nullopt;  // another central was here
  }
  const auto before = state->roll;
  ParentFinding finding;
  if (parent != nullptr) {
    finding = finding_of(*parent, edit->zone().name, edit->keys());
    if (finding.has_other_ds && before.kind == RollKind::unsigning) {
      for (auto& [key, ds] : finding.states) {
        ds = storage::DsState::unknown;  // without any DS, the zone may be unsigned
      }
    }
    state->roll.note = finding.note;
    if (finding.ttl_s) {
      state->roll.ds_ttl_s = std::max(state->roll.ds_ttl_s.value_or(0), *finding.ttl_s);
    }
  }
  const auto step = step_of(*edit, *state, finding.states);
  const bool is_submitted = before.phase == RollPhase::submitting || before.phase == RollPhase::retracting;
  const bool waits_for_parent = is_submitted && step.kind == Kind::wait && step.roll.phase == before.phase;
  const bool relies_on_parent = before.phase == RollPhase::ds_caching && step.kind != Kind::wait;
  if ((waits_for_parent || relies_on_parent) && parents_ != nullptr && parent == nullptr) {
    return edit->zone().name;
  }
  take(*edit, before, step, finding.states);
  return std::nullopt;
}

void KeyRoller::advance_due(const std::stop_token& stop) {
  for (const auto& zone : rolls_.due(roll_batch_zones)) {
    if (stop.stop_requested()) {
      return;
    }
    // One zone's trouble isn't the others'.
    (void)attempt(log_, "key roll", [&] {
      // Nothing is locked while the parent is asked; then all is looked at anew.
      if (const auto child = advance(zone, nullptr)) {
        const auto parent = parents_->look(*child);
        static_cast<void>(advance(zone, &parent));
      }
    });
  }
}

void KeyRoller::begin_overdue() {
  for (const auto& [zone, role] : rolls_.overdue(roll_batch_zones)) {
    const auto edit = editor_.edit({}, zone);
    if (!edit || edit->zone().deleted || !edit->zone().signing || edit->roll()) {
      continue;
    }
    auto change = begin_key_roll(vault_, *edit, role, clock_);
    if (!change) {
      log_.error("a key roll can't begin", {{"zone", edit->zone().name.to_text()}, {"reason", change.error().detail}});
      continue;
    }
    const auto& locked = edit->zone();
    storage::ZoneCommit commit;
    commit.stamp = next_stamp(locked.head, locked.head_epoch != locked.current_epoch, locked.now);
    commit.signing = in_version(*std::move(change), commit.stamp->version);
    this->commit(*edit, std::move(commit), "a key has become old: its roll begins");
  }
}

}  // namespace minidns::central
