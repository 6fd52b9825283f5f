#include "dnssec/zone/signature_plan.hpp"

#include <algorithm>
#include <cassert>
#include <string>

namespace minidns::dnssec {
namespace {

constexpr std::size_t dnskey_algorithm_at = 3;  // after flags and protocol (RFC 4034 §2.1)

std::uint8_t algorithm_of(const dns::Rdata& dnskey) {
  return dnskey.octets()[dnskey_algorithm_at];
}

std::string name_of(const SigningKey& key) {
  return "key " + std::to_string(key_tag_of(key.dnskey.octets())) + "/" + std::to_string(algorithm_of(key.dnskey));
}

bool is_known(std::uint8_t algorithm) {
  switch (static_cast<Algorithm>(algorithm)) {
    case Algorithm::rsasha256:
    case Algorithm::ecdsap256sha256:
    case Algorithm::ecdsap384sha384:
    case Algorithm::ed25519:
    case Algorithm::ed448:
      return true;
  }
  return false;
}

Result<void> check_key(const SigningKey& key, SignaturePlan::Signers signers) {
  const auto dnskey = key.dnskey.octets();
  if (dnskey.size() <= dnskey_algorithm_at + 1) {
    return Error{Errc::bad_input, "a signing key's DNSKEY RDATA is too short"};
  }
  if (!is_known(algorithm_of(key.dnskey))) {
    return Error{Errc::unknown_algorithm, name_of(key) + ": we don't sign with this algorithm"};
  }
  if (signers == SignaturePlan::Signers::ignored) {
    return {};
  }
  if (key.signer == nullptr) {
    return Error{Errc::bad_input, name_of(key) + ": nothing signs for it"};
  }
  if (static_cast<std::uint8_t>(key.signer->algorithm()) != algorithm_of(key.dnskey) ||
      key.signer->key_tag() != key_tag_of(dnskey)) {
    return Error{Errc::bad_input, name_of(key) + ": what signs for it is another key"};
  }
  return {};
}

SignaturePlan::Use use_of(const SigningKey& key, const Slot& slot) {
  return {{algorithm_of(key.dnskey), key_tag_of(key.dnskey.octets()), slot.inception, slot.expiration}, &key};
}

/// Whether `a` is to be taken rather than `b`, of the same algorithm.
bool is_preferred(const SigningKey& a, const SigningKey& b) {
  return a.active_from_s != b.active_from_s ? a.active_from_s > b.active_from_s : a.dnskey < b.dnskey;
}

/// One for each algorithm, by its number.
std::vector<SignaturePlan::Use> newest_active(const std::vector<SigningKey>& keys, const Slot& slot) {
  std::vector<const SigningKey*> active;
  for (const auto& key : keys) {
    if (key.active_from_s <= slot.start_s || key.active_from_s == 0) {
      active.push_back(&key);
    }
  }
  std::sort(active.begin(), active.end(), [](const SigningKey* a, const SigningKey* b) {
    const auto algorithms = algorithm_of(a->dnskey) <=> algorithm_of(b->dnskey);
    return algorithms != 0 ? algorithms < 0 : is_preferred(*a, *b);
  });
  std::vector<SignaturePlan::Use> uses;
  for (const auto* key : active) {
    if (uses.empty() || uses.back().stamp.algorithm != algorithm_of(key->dnskey)) {
      uses.push_back(use_of(*key, slot));
    }
  }
  return uses;
}

bool is_any_published(const std::vector<SignaturePlan::Use>& uses, const SigningInputs& inputs) {
  return std::any_of(uses.begin(), uses.end(), [&](const SignaturePlan::Use& use) {
    return std::find(inputs.dnskey.begin(), inputs.dnskey.end(), use.key->dnskey) != inputs.dnskey.end();
  });
}

}  // namespace

SignaturePlan::SignaturePlan(const SigningInputs& inputs, SlotRule slots)
    : inputs_(&inputs), slots_(std::move(slots)), signer_name_(inputs.apex.lowercased()) {}

Result<SignaturePlan> SignaturePlan::make(const SigningInputs& inputs, Signers signers) {
  if (inputs.rules != 1) {
    return Error{Errc::bad_input, "signing rules " + std::to_string(inputs.rules) + " aren't known"};
  }
  auto slots = SlotRule::make(inputs.apex, inputs.times);
  if (!slots) {
    return slots.error();
  }
  for (const auto* keys : {&inputs.zone_keys, &inputs.apex_keys}) {
    for (const auto& key : *keys) {
      if (auto good = check_key(key, signers); !good) {
        return good.error();
      }
    }
  }
  SignaturePlan plan(inputs, std::move(*slots));
  if (auto chosen = plan.choose_zone_keys(); !chosen) {
    return chosen.error();
  }
  if (auto chosen = plan.choose_apex_keys(); !chosen) {
    return chosen.error();
  }
  return plan;
}

Result<void> SignaturePlan::choose_zone_keys() {
  by_bucket_.reserve(inputs_->times.buckets);
  for (std::uint32_t bucket = 0; bucket < inputs_->times.buckets; ++bucket) {
    const Slot slot = slots_.slot_of(bucket, inputs_->signing_time_s);
    auto uses = newest_active(inputs_->zone_keys, slot);
    if (!is_any_published(uses, *inputs_)) {
      return Error{Errc::bad_input, inputs_->apex.to_text() + ": no published zone-signing key is active at " +
                                        std::to_string(slot.start_s) + ", the start of a slot"};
    }
    by_bucket_.push_back(std::move(uses));
  }
  return {};
}

Result<void> SignaturePlan::choose_apex_keys() {
  const Slot slot = slots_.slot_of(0, inputs_->signing_time_s);
  for (const auto& key : inputs_->apex_keys) {
    of_key_set_.push_back(use_of(key, slot));
  }
  if (!of_key_set_.empty() && !is_any_published(of_key_set_, *inputs_)) {
    return Error{Errc::bad_input, inputs_->apex.to_text() + ": no published key signs the key set"};
  }
  return {};
}

bool SignaturePlan::is_key_set(const dns::Name& owner, dns::RRType type) const {
  return is_key_set_type(type) && owner == inputs_->apex;
}

const std::vector<SignaturePlan::Use>& SignaturePlan::uses(const dns::Name& owner, dns::RRType type) const {
  if (!is_key_set(owner, type)) {
    return by_bucket_[slots_.bucket_of(owner, type)];
  }
  const bool is_stored = std::any_of(inputs_->stored.begin(), inputs_->stored.end(),
                                     [&](const StoredSignatures& one) { return one.covered == type; });
  return is_stored ? none_ : of_key_set_;
}

Result<std::vector<dns::Rdata>> SignaturePlan::stored(const dns::RRset& covered) const {
  std::vector<dns::Rdata> rrsigs;
  if (!is_key_set(covered.owner, covered.type)) {
    return rrsigs;
  }
  const Slot slot = slots_.slot_of(0, inputs_->signing_time_s);
  for (const auto& one : inputs_->stored) {
    if (one.covered != covered.type) {
      continue;
    }
    for (const auto& rrsig : one.rrsigs) {
      constexpr std::size_t algorithm_at = 2;
      constexpr std::size_t key_tag_at = 16;
      const auto octets = rrsig.octets();
      if (octets.size() < key_tag_at + 2) {
        return Error{Errc::bad_input, covered.type.to_text() + ": a stored RRSIG is too short"};
      }
      const auto tag = static_cast<std::uint16_t>(octets[key_tag_at] << 8 | octets[key_tag_at + 1]);
      const Bytes head =
          rrsig_head(covered, {octets[algorithm_at], tag, slot.inception, slot.expiration}, signer_name_);
      if (octets.size() <= head.size() || !std::equal(head.begin(), head.end(), octets.begin())) {
        return Error{Errc::bad_input,
                     inputs_->apex.to_text() + " " + covered.type.to_text() +
                         ": the stored RRSIG is of another RRset or slot than the one that starts at " +
                         std::to_string(slot.start_s)};
      }
      rrsigs.push_back(rrsig);
    }
  }
  return rrsigs;
}

bool SignaturePlan::is_same_key(const SignaturePlan& before, const Use& use) const {
  bool found = false;
  for (const auto* keys : {&before.inputs().zone_keys, &before.inputs().apex_keys}) {
    for (const auto& key : *keys) {
      if (algorithm_of(key.dnskey) != use.stamp.algorithm || key_tag_of(key.dnskey.octets()) != use.stamp.key_tag) {
        continue;
      }
      if (key.dnskey != use.key->dnskey) {
        return false;
      }
      found = true;
    }
  }
  return found;
}

std::vector<bool> SignaturePlan::moved_buckets(const SignaturePlan& before) const {
  assert(by_bucket_.size() == before.by_bucket_.size());
  std::vector<bool> moved;
  for (std::size_t bucket = 0; bucket < by_bucket_.size(); ++bucket) {
    moved.push_back(!is_same(by_bucket_[bucket], before.by_bucket_[bucket]));
  }
  return moved;
}

bool is_same(const std::vector<SignaturePlan::Use>& a, const std::vector<SignaturePlan::Use>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const SignaturePlan::Use& x, const SignaturePlan::Use& y) {
                      return x.stamp == y.stamp && x.key->dnskey == y.key->dnskey;
                    });
}

}  // namespace minidns::dnssec
