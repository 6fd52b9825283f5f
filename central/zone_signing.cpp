#include "central/zone_signing.hpp"

#include "central/key_set.hpp"
#include "central/roll_plan.hpp"
#include "central/signing_rules.hpp"
#include "dnssec/algorithm.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace minidns::central {
namespace {

using storage::KeyModel;
using storage::KeyRole;
using KeyStateChange = std::pair<DnssecKeyId, storage::KeyState>;

dnssec::Result<std::vector<KeySetSigner>> open_signers(KeyVault& vault, const std::vector<storage::SealedZoneKey>& keys,
                                                       const std::vector<DnssecKeyId>& ids) {
  std::vector<KeySetSigner> signers;
  for (const auto& [record, active_from, sealed] : keys) {
    if (std::ranges::find(ids, record.id) == ids.end()) {
      continue;
    }
    auto signer = vault.open(record.role, record.id, record.dnskey, sealed);
    if (!signer) {
      return signer.error();
    }
    signers.push_back({record.id, *std::move(signer)});
  }
  return signers;
}

/// With a tag that isn't taken.
dnssec::Result<storage::NewZoneKey> make_key(KeyVault& vault, KeyRole role, dnssec::Algorithm algorithm,
                                             const std::set<std::uint16_t>& taken, const Clock& clock) {
  for (int i = 0; i < key_draws_max; ++i) {
    auto key = vault.make(role, algorithm, DnssecKeyId(Uuid::version7(clock.wall())));
    if (!key || !taken.contains(key->key_tag)) {
      return key;
    }
  }
  return dnssec::Error{dnssec::Errc::bad_key, "no key with a tag that isn't taken"};
}

}  // namespace

KeyRole to_storage(api::KeyRole role) {
  switch (role) {
    case api::KeyRole::ksk:
      return KeyRole::ksk;
    case api::KeyRole::zsk:
      return KeyRole::zsk;
    case api::KeyRole::csk:
      return KeyRole::csk;
  }
  throw std::logic_error("no such role");
}

api::KeyRole to_api(KeyRole role) {
  switch (role) {
    case KeyRole::ksk:
      return api::KeyRole::ksk;
    case KeyRole::zsk:
      return api::KeyRole::zsk;
    case KeyRole::csk:
      return api::KeyRole::csk;
  }
  throw std::logic_error("no such role");
}

std::vector<KeyRole> roles_of(KeyModel model) {
  return model == KeyModel::csk ? std::vector{KeyRole::csk} : std::vector{KeyRole::ksk, KeyRole::zsk};
}

dnssec::Result<std::vector<storage::NewZoneKey>> make_keys(KeyVault& vault, const std::vector<KeyRole>& roles,
                                                           std::uint8_t algorithm_number, std::set<std::uint16_t> taken,
                                                           const Clock& clock) {
  const auto algorithm = dnssec::algorithm_from_number(algorithm_number);
  if (!algorithm) {
    return algorithm.error();
  }
  std::vector<storage::NewZoneKey> keys;
  for (const KeyRole role : roles) {
    auto key = make_key(vault, role, *algorithm, taken, clock);
    if (!key) {
      return key.error();
    }
    taken.insert(key->key_tag);
    keys.push_back(*std::move(key));
  }
  return keys;
}

api::Result<std::vector<storage::NewZoneKey>> take_in_keys(KeyVault& vault, const storage::DnssecPolicyFields& policy,
                                                           const std::vector<api::KeyImport>& imports,
                                                           const Clock& clock) {
  const auto roles = roles_of(policy.key_model);
  if (imports.size() != roles.size()) {
    return api::invalid_field(
        {"keys"}, policy.key_model == KeyModel::csk ? "the policy wants one CSK" : "the policy wants a KSK and a ZSK");
  }
  std::set<KeyRole> seen;
  std::set<std::uint16_t> tags;
  std::vector<storage::NewZoneKey> keys;
  for (std::size_t i = 0; i < imports.size(); ++i) {
    const auto at = std::to_string(i);
    const auto role = to_storage(imports[i].role);
    if (std::ranges::find(roles, role) == roles.end() || !seen.insert(role).second) {
      return api::invalid_field({"keys", at, "role"}, "is there twice, or not one that the policy wants");
    }
    auto key = vault.take_in(role, imports[i].private_key, DnssecKeyId(Uuid::version7(clock.wall())));
    if (!key) {
      return api::invalid_field({"keys", at, "private_key"}, key.error().detail);
    }
    if (key->algorithm != policy.algorithm) {
      return api::invalid_field({"keys", at, "private_key"}, "is of algorithm " + std::to_string(key->algorithm) +
                                                                 ", the policy's is " +
                                                                 std::to_string(policy.algorithm));
    }
    if (!tags.insert(key->key_tag).second) {
      return api::invalid_field({"keys", at, "private_key"}, "has the same key tag as the other");
    }
    keys.push_back(*std::move(key));
  }
  return keys;
}

storage::SealedZoneKey sealed_of(const storage::NewZoneKey& key, std::int64_t active_from, WallTime now) {
  return {.record = {.id = key.id,
                     .role = key.role,
                     .dnskey = key.dnskey,
                     .state = key.state,
                     .ds = storage::DsState::unknown,
                     .ds_at = {},
                     .created_at = now,
                     .active_at = {},
                     .retired_at = {}},
          .active_from = active_from,
          .private_sealed = key.private_sealed};
}

dnssec::Result<storage::SigningChange> signing_change(KeyVault& vault, const SigningPlan& plan,
                                                      const std::vector<storage::SealedZoneKey>& keys,
                                                      const std::vector<dns::Rdata>& foreign_dnskeys,
                                                      const std::optional<storage::KeyRoll>& roll, const Clock& clock) {
  const auto& fields = plan.policy.fields;
  auto set = make_key_set(KeySetId(Uuid::version7(clock.wall())), plan.zone, fields, members_of(keys, roll),
                          foreign_dnskeys, request_of(roll));
  if (!set) {
    return set.error();
  }
  const auto rule = slot_rule(plan.zone, fields.times, plan.buckets);
  if (!rule) {
    return rule.error();
  }
  const auto signers = open_signers(vault, keys, set->signers);
  if (!signers) {
    return signers.error();
  }
  auto signatures = sign_key_set(records_of(*set, plan.zone), *signers, slots_ahead(*rule, plan.signing_time));
  if (!signatures) {
    return signatures.error();
  }
  storage::SigningChange change{.policy = plan.policy.id,
                                .stamp = {.key_set = set->id,
                                          .signing_time = plan.signing_time,
                                          .buckets = plan.buckets,
                                          .rules = signing_rules_now},
                                .refresh_due = time_of_unix(rule->next_due_s(plan.signing_time)),
                                .new_keys = {},
                                .new_key_set = {},
                                .apex_signatures = *std::move(signatures),
                                .key_states = roll ? states_of(keys, *roll) : std::vector<KeyStateChange>(),
                                .roll = roll};
  change.new_key_set = *std::move(set);
  return change;
}

}  // namespace minidns::central
