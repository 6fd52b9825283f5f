#include "central/first_signing.hpp"

#include "central/roll_plan.hpp"
#include "central/signing_rules.hpp"

#include <stdexcept>
#include <utility>

namespace minidns::central {

using api::Problem;
using api::ProblemType;

Problem problem_of(const dnssec::Error& error) {
  if (error.code == dnssec::Errc::bad_input) {
    return {.type = ProblemType::invalid_operation, .message = error.detail};
  }
  throw std::runtime_error("dnssec: " + error.detail);
}

api::Result<void> FirstSigning::check(const storage::DnssecPolicyFields& policy) const {
  if (policy.key_model == storage::KeyModel::ksk_zsk && !vault_.has_ksk_store()) {
    return Problem{.type = ProblemType::invalid_operation,
                   .message = "central has no ksk_master_key, which the policy's KSK needs"};
  }
  if (refresh_.observe_clock(clock_leap_max).accepted) {
    return {};
  }
  return Problem{.type = ProblemType::invalid_operation,
                 .message =
                     "The database's clock is far ahead of the last time that was used for signatures: an"
                     " operator must say that it is right (central dnssec accept-clock)"};
}

dnssec::Result<storage::SigningChange> FirstSigning::with(const SigningPlan& plan,
                                                          const std::vector<storage::NewZoneKey>& made, Origin origin,
                                                          WallTime now) const {
  std::vector<storage::SealedZoneKey> keys;
  std::vector<DnssecKeyId> ids;
  for (const storage::NewZoneKey& key : made) {
    keys.push_back(sealed_of(key, 0, now));
    ids.push_back(key.id);
  }
  const auto roll = origin == Origin::elsewhere
                        ? std::nullopt
                        : std::optional(begin_roll(storage::RollKind::first_signing, {}, ids, now));
  auto change = signing_change(vault_, plan, keys, {}, roll, clock_);
  if (change) {
    for (const storage::NewZoneKey& key : made) {
      change->new_keys.push_back(key);
    }
  }
  return change;
}

api::Result<storage::SigningChange> FirstSigning::of_new_zone(const dns::Name& name,
                                                              const storage::DnssecPolicyRecord& policy,
                                                              dns::Ttl ttl_max, WallTime now) const {
  for (const auto& allowed : {check(policy.fields), check_ttl(policy.fields.times, ttl_max, {"ttl"})}) {
    if (!allowed) {
      return allowed.error();
    }
  }
  const auto keys = make_keys(vault_, roles_of(policy.fields.key_model), policy.fields.algorithm, {}, clock_);
  if (!keys) {
    return problem_of(keys.error());
  }
  auto change =
      with({.zone = name, .policy = policy, .signing_time = unix_seconds(now), .buckets = 1}, *keys, Origin::here, now);
  return change ? api::Result<storage::SigningChange>(*std::move(change)) : problem_of(change.error());
}

}  // namespace minidns::central
