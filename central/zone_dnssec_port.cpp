#include "central/zone_dnssec_port.hpp"

#include "api/timestamp.hpp"
#include "central/first_signing.hpp"
#include "central/foreign_keys.hpp"
#include "central/guard.hpp"
#include "central/key_rolling.hpp"
#include "central/roll_plan.hpp"
#include "central/signing_rules.hpp"
#include "central/version_policy.hpp"
#include "central/views.hpp"
#include "central/zone_dnssec_view.hpp"
#include "dnssec/algorithm.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

namespace minidns::central {
namespace {

using api::Problem;
using api::ProblemType;
using storage::DsState;
using storage::KeyRole;

api::Result<void> check_zone(const storage::LockedZone& zone) {
  if (zone.deleted) {
    return Problem{.type = ProblemType::invalid_operation, .message = "Can not update a deleting zone"};
  }
  if (zone.fields.kind == storage::ZoneKind::secondary) {
    return Problem{.type = ProblemType::invalid_operation,
                   .message = "A SECONDARY zone is served as its masters have it: it is signed there or not at all"};
  }
  return {};
}

/// A roll from one to the other is another matter.
bool has_keys_for(const std::vector<storage::SealedZoneKey>& keys, const storage::DnssecPolicyFields& policy) {
  return std::ranges::all_of(keys, [&](const storage::SealedZoneKey& key) {
    constexpr std::size_t algorithm_at = 3;  // RFC 4034 §2.1
    const bool is_csk = key.record.role == KeyRole::csk;
    return key.record.dnskey.octets()[algorithm_at] == policy.algorithm &&
           is_csk == (policy.key_model == storage::KeyModel::csk);
  });
}

api::Result<void> check_no_roll(storage::ZoneEdit& edit) {
  const auto state = edit.roll();
  if (!state) {
    return {};
  }
  return Problem{.type = ProblemType::invalid_operation,
                 .message = "A roll runs since " + api::to_timestamp(state->roll.started_at) +
                            ": wait until it has ended, or cancel it; its next step is not before " +
                            api::to_timestamp(state->roll.next_at)};
}

Problem no_roll() {
  return {.type = ProblemType::invalid_operation, .message = "No roll is under way"};
}

}  // namespace

api::Result<api::ZoneDnssecView> ZoneDnssecPort::get(const api::Scope& scope, const ZoneId& zone) {
  return guarded([&]() -> api::Result<api::ZoneDnssecView> {
    const auto record = stores_.zones.read(reach_of(scope), zone);
    if (!record) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    return to_view(*record);
  });
}

api::Result<api::ZoneDnssecView> ZoneDnssecPort::sign(const api::Scope& scope, const ZoneId& zone,
                                                      const api::ZoneSigningRequest& request) {
  const auto done = guarded([&]() -> api::Result<void> {
    const auto policy = stores_.policies.get(request.policy);
    if (!policy) {
      return api::invalid_field({"policy"}, "there is no DNSSEC policy " + request.policy);
    }
    const auto present = stores_.zones.read(reach_of(scope), zone);
    if (!present) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    if (const auto allowed = first_.check(policy->fields); !allowed) {
      return allowed.error();
    }
    // Before the zone is locked: an RSA key takes a second.
    const auto keys = keys_for(*present, policy->fields, request.keys);
    if (!keys) {
      return keys.error();
    }
    const auto edit = stores_.editor.edit(reach_of(scope), zone);
    if (!edit) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    const auto origin = request.keys.empty() ? FirstSigning::Origin::here : FirstSigning::Origin::elsewhere;
    return sign_locked(scope, *policy, *keys, origin, *edit);
  });
  return done ? get(scope, zone) : api::Result<api::ZoneDnssecView>(done.error());
}

api::Result<std::vector<storage::NewZoneKey>> ZoneDnssecPort::keys_for(const storage::ZoneDnssecRecord& zone,
                                                                       const storage::DnssecPolicyFields& policy,
                                                                       const std::vector<api::KeyImport>& imports) {
  if (zone.kind != storage::ZoneKind::primary) {
    return std::vector<storage::NewZoneKey>();  // and will be refused
  }
  if (zone.signing) {
    return imports.empty() ? api::Result<std::vector<storage::NewZoneKey>>(std::vector<storage::NewZoneKey>())
                           : api::invalid_field({"keys"}, "the zone is signed already, with other keys");
  }
  if (!imports.empty()) {
    return take_in_keys(vault_, policy, imports, clock_);
  }
  auto made = make_keys(vault_, roles_of(policy.key_model), policy.algorithm, {}, clock_);
  return made ? api::Result<std::vector<storage::NewZoneKey>>(*std::move(made)) : problem_of(made.error());
}

api::Result<void> ZoneDnssecPort::sign_locked(const api::Scope& scope, const storage::DnssecPolicyRecord& policy,
                                              const std::vector<storage::NewZoneKey>& keys, FirstSigning::Origin origin,
                                              storage::ZoneEdit& edit) {
  const auto& zone = edit.zone();
  if (const auto allowed = check_zone(zone); !allowed) {
    return allowed.error();
  }
  if (zone.signing && zone.signing->policy == policy.id) {
    return {};
  }
  auto change = change_for(policy, keys, origin, edit);
  return change ? commit_signing(scope, edit, *std::move(change)) : api::Result<void>(change.error());
}

api::Result<storage::SigningChange> ZoneDnssecPort::change_for(const storage::DnssecPolicyRecord& policy,
                                                               const std::vector<storage::NewZoneKey>& keys,
                                                               FirstSigning::Origin origin, storage::ZoneEdit& edit) {
  const auto& zone = edit.zone();
  const auto measures = edit.measures();
  if (const auto allowed = check_ttl(policy.fields.times, measures.ttl_max, {"policy"}); !allowed) {
    return allowed.error();
  }
  if (policy.fields.zonemd && measures.rrsets > zonemd_rrsets_max) {
    return api::invalid_field({"policy"},
                              "has a ZONEMD record, which costs a look at the whole zone for each change:"
                              " not for zones of more than " +
                                  std::to_string(zonemd_rrsets_max) + " RRsets");
  }
  const SigningPlan plan{.zone = zone.name,
                         .policy = policy,
                         .signing_time = unix_seconds(zone.now),
                         .buckets = buckets_for(measures.rrsets, zone.signing ? zone.signing->stamp.buckets : 1,
                                                measures.pool_has_axfr_only)};
  if (!zone.signing) {
    if (keys.empty()) {
      return Problem{.type = ProblemType::invalid_operation, .message = "The zone was changed meanwhile: try again"};
    }
    auto change = first_.with(plan, keys, origin, zone.now);
    return change ? api::Result<storage::SigningChange>(*std::move(change)) : problem_of(change.error());
  }
  const auto state = edit.roll();
  const bool is_new = state && state->roll.kind == storage::RollKind::first_signing;
  const auto present = edit.keys();
  const bool keeps_keys = has_keys_for(present, policy.fields);
  if (const auto allowed = check_no_roll(edit); !allowed && !(is_new && keeps_keys)) {
    return allowed.error();
  }
  const auto roll = is_new ? std::optional(state->roll) : std::nullopt;
  auto change = keeps_keys ? signing_change(vault_, plan, present, edit.foreign_dnskeys(), roll, clock_)
                           : begin_policy_roll(vault_, edit, policy, clock_);
  return change ? api::Result<storage::SigningChange>(*std::move(change)) : problem_of(change.error());
}

void ZoneDnssecPort::commit(const api::Scope& scope, storage::ZoneEdit& edit, storage::ZoneCommit commit) {
  const auto& zone = edit.zone();
  commit.author = author_of(scope);
  commit.stamp = next_stamp(zone.head, zone.head_epoch != zone.current_epoch, zone.now);
  if (commit.signing) {
    commit.signing = in_version(*std::move(commit.signing), commit.stamp->version);
  }
  static_cast<void>(edit.commit(commit));
  announcer_.committed(zone.id, commit.stamp->version);
}

api::Result<void> ZoneDnssecPort::commit_signing(const api::Scope& scope, storage::ZoneEdit& edit,
                                                 dnssec::Result<storage::SigningChange> change,
                                                 storage::ZoneCommit commit) {
  if (!change) {
    return problem_of(change.error());
  }
  commit.signing = *std::move(change);
  this->commit(scope, edit, std::move(commit));
  return {};
}

api::Result<api::ZoneDnssecView> ZoneDnssecPort::with_signed(
    const api::Scope& scope, const ZoneId& zone, const std::function<api::Result<void>(storage::ZoneEdit&)>& change) {
  const auto done = guarded([&]() -> api::Result<void> {
    const auto edit = stores_.editor.edit(reach_of(scope), zone);
    if (!edit) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    if (const auto allowed = check_zone(edit->zone()); !allowed) {
      return allowed.error();
    }
    if (!edit->zone().signing) {
      return Problem{.type = ProblemType::invalid_operation, .message = "The zone isn't signed"};
    }
    return change(*edit);
  });
  return done ? get(scope, zone) : api::Result<api::ZoneDnssecView>(done.error());
}

api::Result<api::ZoneDnssecView> ZoneDnssecPort::unsign(const api::Scope& scope, const ZoneId& zone, bool force) {
  const auto present = get(scope, zone);
  if (!present || !present->signing) {
    return present;
  }
  return with_signed(scope, zone, [&](storage::ZoneEdit& edit) -> api::Result<void> {
    if (force) {
      storage::ZoneCommit commit;
      commit.end_signing = true;
      this->commit(scope, edit, std::move(commit));
      return {};
    }
    const auto state = edit.roll();
    if (state && state->roll.kind == storage::RollKind::unsigning) {
      return {};
    }
    const bool is_new = state && state->roll.kind == storage::RollKind::first_signing;
    if (const auto allowed = check_no_roll(edit); !allowed && !is_new) {
      return allowed.error();
    }
    // What was known of the parent before may have changed since.
    storage::ZoneCommit commit;
    for (const auto& key : edit.keys()) {
      if (key.record.role != KeyRole::zsk) {
        commit.ds.emplace_back(key.record.id, DsState::unknown);
      }
    }
    return commit_signing(scope, edit, begin_unsigning(vault_, edit, clock_), std::move(commit));
  });
}

api::Result<api::ZoneDnssecView> ZoneDnssecPort::roll(const api::Scope& scope, const ZoneId& zone, api::KeyRole role) {
  return with_signed(scope, zone, [&](storage::ZoneEdit& edit) -> api::Result<void> {
    if (const auto allowed = check_no_roll(edit); !allowed) {
      return allowed.error();
    }
    if (const auto allowed = first_.check(edit.policy().fields); !allowed) {
      return allowed.error();
    }
    return commit_signing(scope, edit, begin_key_roll(vault_, edit, to_storage(role), clock_));
  });
}

api::Result<api::ZoneDnssecView> ZoneDnssecPort::pause_roll(const api::Scope& scope, const ZoneId& zone, bool paused) {
  return with_signed(scope, zone, [&](storage::ZoneEdit& edit) -> api::Result<void> {
    auto state = edit.roll();
    if (!state) {
      return no_roll();
    }
    state->roll.paused = paused;
    edit.save_roll(state->roll, {});
    return {};
  });
}

api::Result<api::ZoneDnssecView> ZoneDnssecPort::cancel_roll(const api::Scope& scope, const ZoneId& zone) {
  return with_signed(scope, zone, [&](storage::ZoneEdit& edit) -> api::Result<void> {
    const auto state = edit.roll();
    if (!state) {
      return no_roll();
    }
    const auto step = central::cancel_roll(state->roll, edit.zone().now);
    if (!step) {
      return Problem{.type = ProblemType::invalid_operation,
                     .message = "The roll can't be taken back: " + why_not_cancelled(state->roll)};
    }
    if (state->roll.policy_before) {
      const auto times = edit.policy(*state->roll.policy_before).fields.times;
      if (const auto allowed = check_ttl(times, edit.measures().ttl_max, {"policy"}); !allowed) {
        return allowed.error();
      }
    }
    auto change = change_of(vault_, edit, state->roll, *step, clock_);
    if (!change) {
      return problem_of(change.error());
    }
    return commit_signing(scope, edit, *std::move(change->signing));
  });
}

api::Result<api::ZoneDnssecView> ZoneDnssecPort::report_ds(const api::Scope& scope, const ZoneId& zone,
                                                           const api::DsReport& report) {
  return with_signed(scope, zone, [&](storage::ZoneEdit& edit) -> api::Result<void> {
    auto state = edit.roll();
    const auto roll = state ? std::optional(state->roll) : std::nullopt;
    std::vector<storage::KeyDsState> ds;
    for (const auto& member : members_of(edit.keys(), roll)) {
      if (member.role != KeyRole::zsk) {
        ds.emplace_back(member.id, report.at_parent && member.is_for_parent ? DsState::present : DsState::absent);
      }
    }
    if (state) {
      if (report.ttl) {
        state->roll.ds_ttl_s = static_cast<std::int32_t>(*report.ttl);
      }
      if (state->roll.phase == storage::RollPhase::submitting || state->roll.phase == storage::RollPhase::retracting) {
        state->roll.next_at = edit.zone().now;
      }
    }
    edit.save_roll(state ? std::optional(state->roll) : std::nullopt, ds);
    return {};
  });
}

api::Result<api::ZoneDnssecView> ZoneDnssecPort::set_foreign_dnskeys(const api::Scope& scope, const ZoneId& zone,
                                                                     const std::vector<std::string>& dnskeys) {
  return with_signed(scope, zone, [&](storage::ZoneEdit& edit) -> api::Result<void> {
    const auto state = edit.roll();
    if (state && state->roll.kind == storage::RollKind::algorithm) {
      return check_no_roll(edit).error();
    }
    auto foreign = read_foreign_dnskeys(dnskeys, edit.keys());
    if (!foreign) {
      return foreign.error();
    }
    if (*foreign == edit.foreign_dnskeys()) {
      return {};
    }
    return commit_signing(scope, edit, with_foreign_dnskeys(vault_, edit, *std::move(foreign), clock_));
  });
}

}  // namespace minidns::central
