#include "central/zone_signing.hpp"

#include "central/key_set.hpp"
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
using storage::KeyState;

std::vector<KeyRole> roles_of(KeyModel model) {
  return model == KeyModel::csk ? std::vector{KeyRole::csk} : std::vector{KeyRole::ksk, KeyRole::zsk};
}

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

/// With its apex signatures, for a plan and keys that are known.
dnssec::Result<storage::SigningChange> make_change(const SigningPlan& plan, const std::vector<KeySetMember>& members,
                                                   const std::vector<KeySetSigner>& ksks, const Clock& clock) {
  const auto& fields = plan.policy.fields;
  auto set = make_key_set(KeySetId(Uuid::version7(clock.wall())), plan.zone, fields, members);
  if (!set) {
    return set.error();
  }
  const auto rule = slot_rule(plan.zone, fields.times, plan.buckets);
  if (!rule) {
    return rule.error();
  }
  auto signatures = sign_key_set(records_of(*set, plan.zone), ksks, slots_ahead(*rule, plan.signing_time));
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
                                .key_states = {}};
  change.new_key_set = *std::move(set);
  return change;
}

}  // namespace

dnssec::Result<MadeKey> make_key(KeyVault& vault, KeyRole role, std::uint8_t algorithm_number,
                                 const std::set<std::uint16_t>& taken, const Clock& clock) {
  const auto algorithm = dnssec::algorithm_from_number(algorithm_number);
  if (!algorithm) {
    return algorithm.error();
  }
  for (int i = 0; i < key_draws_max; ++i) {
    auto key = vault.make(role, *algorithm, DnssecKeyId(Uuid::version7(clock.wall())));
    if (!key || !taken.contains(key->record.key_tag)) {
      return key;
    }
  }
  return dnssec::Error{dnssec::Errc::bad_key, "no key with a tag that isn't taken"};
}

dnssec::Result<std::vector<MadeKey>> make_keys(KeyVault& vault, const storage::DnssecPolicyFields& policy,
                                               const std::set<std::uint16_t>& taken, const Clock& clock) {
  auto tags = taken;
  std::vector<MadeKey> keys;
  for (const KeyRole role : roles_of(policy.key_model)) {
    auto key = make_key(vault, role, policy.algorithm, tags, clock);
    if (!key) {
      return key.error();
    }
    tags.insert(key->record.key_tag);
    keys.push_back(*std::move(key));
  }
  return keys;
}

api::Result<std::vector<MadeKey>> take_in_keys(KeyVault& vault, const storage::DnssecPolicyFields& policy,
                                               const std::vector<api::KeyImport>& imports, const Clock& clock) {
  const auto roles = roles_of(policy.key_model);
  if (imports.size() != roles.size()) {
    return api::invalid_field(
        {"keys"}, policy.key_model == KeyModel::csk ? "the policy wants one CSK" : "the policy wants a KSK and a ZSK");
  }
  std::set<KeyRole> seen;
  std::set<std::uint16_t> tags;
  std::vector<MadeKey> keys;
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
    if (key->record.algorithm != policy.algorithm) {
      return api::invalid_field({"keys", at, "private_key"},
                                "is of algorithm " + std::to_string(key->record.algorithm) + ", the policy's is " +
                                    std::to_string(policy.algorithm));
    }
    if (!tags.insert(key->record.key_tag).second) {
      return api::invalid_field({"keys", at, "private_key"}, "has the same key tag as the other");
    }
    keys.push_back(*std::move(key));
  }
  return keys;
}

dnssec::Result<storage::SigningChange> begin_signing(const SigningPlan& plan, const std::vector<MadeKey>& keys,
                                                     const Clock& clock) {
  std::vector<KeySetMember> members;
  std::vector<KeySetSigner> ksks;
  for (const auto& [record, signer] : keys) {
    members.push_back({record.id, record.role, record.dnskey, 0});
    if (record.role == KeyRole::ksk) {
      ksks.push_back({record.id, signer});
    }
  }
  auto change = make_change(plan, members, ksks, clock);
  if (change) {
    for (const MadeKey& key : keys) {
      change->new_keys.push_back(key.record);
    }
  }
  return change;
}

dnssec::Result<storage::SigningChange> change_policy(KeyVault& vault, const SigningPlan& plan,
                                                     const std::vector<storage::SealedZoneKey>& keys,
                                                     const Clock& clock) {
  std::vector<KeySetMember> members;
  std::vector<KeySetSigner> ksks;
  for (const auto& [record, active_from, sealed] : keys) {
    members.push_back({record.id, record.role, record.dnskey, active_from});
    if (record.role == KeyRole::ksk && record.state == KeyState::active) {
      auto signer = vault.open(record.role, record.id, record.dnskey, sealed);
      if (!signer) {
        return signer.error();
      }
      ksks.push_back({record.id, *std::move(signer)});
    }
  }
  return make_change(plan, members, ksks, clock);
}

}  // namespace minidns::central
