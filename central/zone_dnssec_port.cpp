#include "central/zone_dnssec_port.hpp"

#include "api/timestamp.hpp"
#include "central/guard.hpp"
#include "central/key_rolling.hpp"
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
using storage::KeyRole;

/// That a key can't be made or opened is nothing that a client can do about.
Problem problem_of(const dnssec::Error& error) {
  if (error.code == dnssec::Errc::bad_input) {
    return {.type = ProblemType::invalid_operation, .message = error.detail};
  }
  throw std::runtime_error("dnssec: " + error.detail);
}

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
                 .message = "A roll of the ZSK runs since " + api::to_timestamp(state->roll.started_at) +
                            ": wait until it has ended; its next step is not before " +
                            api::to_timestamp(state->roll.next_at)};
}

bool is_gone_from_parent(const std::vector<storage::SealedZoneKey>& keys) {
  return std::ranges::all_of(keys, [](const storage::SealedZoneKey& key) {
    return key.record.role == KeyRole::zsk || key.record.ds == storage::DsState::absent;
  });
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

api::Result<void> ZoneDnssecPort::check_clock() {
  const auto clock = stores_.refresh.observe_clock(clock_leap_max);
  if (clock.accepted) {
    return {};
  }
  return Problem{.type = ProblemType::invalid_operation,
                 .message =
                     "The database's clock is far ahead of the last time that was used for signatures: an"
                     " operator must say that it is right (central dnssec accept-clock)"};
}

api::Result<api::ZoneDnssecView> ZoneDnssecPort::sign(const api::Scope& scope, const ZoneId& zone,
                                                      const api::ZoneSigningRequest& request) {
  const auto done = guarded([&]() -> api::Result<void> {
    const auto policy = stores_.policies.get(request.policy);
    if (!policy) {
      return api::invalid_field({"policy"}, "there is no DNSSEC policy " + request.policy);
    }
    if (policy->fields.key_model == storage::KeyModel::ksk_zsk && !vault_.has_ksk_store()) {
      return Problem{.type = ProblemType::invalid_operation,
                     .message = "central has no ksk_master_key_file, which the policy's KSK needs"};
    }
    const auto present = stores_.zones.read(reach_of(scope), zone);
    if (!present) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    if (const auto clock = check_clock(); !clock) {
      return clock.error();
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
    return sign_locked(scope, *policy, *keys, *edit);
  });
  return done ? get(scope, zone) : api::Result<api::ZoneDnssecView>(done.error());
}

api::Result<std::vector<MadeKey>> ZoneDnssecPort::keys_for(const storage::ZoneDnssecRecord& zone,
                                                           const storage::DnssecPolicyFields& policy,
                                                           const std::vector<api::KeyImport>& imports) {
  if (zone.kind != storage::ZoneKind::primary) {
    return std::vector<MadeKey>();  // and will be refused
  }
  if (zone.signing) {
    return imports.empty() ? api::Result<std::vector<MadeKey>>(std::vector<MadeKey>())
                           : api::invalid_field({"keys"}, "the zone is signed already, with other keys");
  }
  if (!imports.empty()) {
    return take_in_keys(vault_, policy, imports, clock_);
  }
  auto made = make_keys(vault_, policy, {}, clock_);
  return made ? api::Result<std::vector<MadeKey>>(*std::move(made)) : problem_of(made.error());
}

api::Result<void> ZoneDnssecPort::sign_locked(const api::Scope& scope, const storage::DnssecPolicyRecord& policy,
                                              const std::vector<MadeKey>& keys, storage::ZoneEdit& edit) {
  const auto& zone = edit.zone();
  if (const auto allowed = check_zone(zone); !allowed) {
    return allowed.error();
  }
  if (zone.signing && zone.signing->policy == policy.id) {
    return {};
  }
  auto change = change_for(policy, keys, edit);
  if (!change) {
    return change.error();
  }
  storage::ZoneCommit commit;
  commit.signing = *std::move(change);
  this->commit(scope, edit, std::move(commit));
  return {};
}

api::Result<storage::SigningChange> ZoneDnssecPort::change_for(const storage::DnssecPolicyRecord& policy,
                                                               const std::vector<MadeKey>& keys,
                                                               storage::ZoneEdit& edit) {
  const auto& zone = edit.zone();
  const auto measures = edit.measures();
  if (const auto allowed = check_ttl(policy.fields.times, measures.ttl_max, {"policy"}); !allowed) {
    return allowed.error();
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
    auto change = begin_signing(plan, keys, clock_);
    return change ? api::Result<storage::SigningChange>(*std::move(change)) : problem_of(change.error());
  }
  if (const auto allowed = check_no_roll(edit); !allowed) {
    return allowed.error();
  }
  const auto present = edit.keys();
  if (!has_keys_for(present, policy.fields)) {
    return Problem{.type = ProblemType::invalid_operation,
                   .message = "The zone is signed already, with keys of another algorithm or model than the policy's"};
  }
  auto change = change_policy(vault_, plan, present, clock_);
  return change ? api::Result<storage::SigningChange>(*std::move(change)) : problem_of(change.error());
}

void ZoneDnssecPort::commit(const api::Scope& scope, storage::ZoneEdit& edit, storage::ZoneCommit commit) {
  const auto& zone = edit.zone();
  commit.author = author_of(scope);
  commit.stamp = next_stamp(zone.head, zone.head_epoch != zone.current_epoch, zone.now);
  static_cast<void>(edit.commit(commit));
  announcer_.committed(zone.id, commit.stamp->version);
}

api::Result<api::ZoneDnssecView> ZoneDnssecPort::unsign(const api::Scope& scope, const ZoneId& zone, bool force) {
  const auto done = guarded([&]() -> api::Result<void> {
    const auto edit = stores_.editor.edit(reach_of(scope), zone);
    if (!edit) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    if (const auto allowed = check_zone(edit->zone()); !allowed) {
      return allowed.error();
    }
    if (!edit->zone().signing) {
      return {};
    }
    if (!force && !is_gone_from_parent(edit->keys())) {
      return Problem{.type = ProblemType::invalid_operation,
                     .message =
                         "While the parent, or a cache, has the DS, an unsigned zone is bogus: take the DS away,"
                         " wait for its TTL, and say so (POST …/dnssec/ds), or use force=true"};
    }
    storage::ZoneCommit commit;
    commit.end_signing = true;
    this->commit(scope, *edit, std::move(commit));
    return {};
  });
  return done ? get(scope, zone) : api::Result<api::ZoneDnssecView>(done.error());
}

api::Result<api::ZoneDnssecView> ZoneDnssecPort::roll(const api::Scope& scope, const ZoneId& zone, api::KeyRole role) {
  if (role != api::KeyRole::zsk) {
    return api::invalid_field({"role"}, "only a ZSK can be rolled so far");
  }
  const auto done = guarded([&]() -> api::Result<void> {
    const auto edit = stores_.editor.edit(reach_of(scope), zone);
    if (!edit) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    for (const auto& allowed : {check_zone(edit->zone()), check_no_roll(*edit)}) {
      if (!allowed) {
        return allowed.error();
      }
    }
    if (!edit->zone().signing) {
      return Problem{.type = ProblemType::invalid_operation, .message = "The zone isn't signed"};
    }
    const auto& locked = edit->zone();
    const auto stamp = next_stamp(locked.head, locked.head_epoch != locked.current_epoch, locked.now);
    auto change = begin_zsk_roll(vault_, *edit, stamp, clock_);
    if (!change) {
      return problem_of(change.error());
    }
    storage::ZoneCommit commit;
    commit.signing = *std::move(change);
    this->commit(scope, *edit, std::move(commit));
    return {};
  });
  return done ? get(scope, zone) : api::Result<api::ZoneDnssecView>(done.error());
}

api::Result<api::ZoneDnssecView> ZoneDnssecPort::report_ds(const api::Scope& scope, const ZoneId& zone,
                                                           bool at_parent) {
  const auto done = guarded([&]() -> api::Result<void> {
    const auto record = stores_.zones.read(reach_of(scope), zone);
    if (!record) {
      return Problem{.type = ProblemType::zone_not_found};
    }
    const auto state = at_parent ? storage::DsState::present : storage::DsState::absent;
    if (!record->signing || !stores_.zones.set_ds(reach_of(scope), zone, state)) {
      return Problem{.type = ProblemType::invalid_operation, .message = "The zone isn't signed"};
    }
    return {};
  });
  return done ? get(scope, zone) : api::Result<api::ZoneDnssecView>(done.error());
}

}  // namespace minidns::central
