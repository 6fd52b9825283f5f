#include "mdns/signing/content_signer.hpp"

#include "dns/snapshot/diff.hpp"
#include "dnssec/dnskey.hpp"
#include "dnssec/zone/sign_change.hpp"
#include "mdns/signing/counted_signer.hpp"

#include <algorithm>
#include <utility>

namespace minidns::mdns {
namespace {

dnssec::Denial denial_of(storage::Denial denial) {
  switch (denial) {
    case storage::Denial::nsec:
      return dnssec::Denial::nsec;
    case storage::Denial::nsec3:
      return dnssec::Denial::nsec3;
    case storage::Denial::nsec3_opt_out:
      return dnssec::Denial::nsec3_opt_out;
  }
  throw SigningFailed("unknown denial");
}

std::vector<dnssec::StoredSignatures> stored_of(const std::vector<storage::ApexSignature>& signatures) {
  std::vector<dnssec::StoredSignatures> stored;
  for (const storage::ApexSignature& signature : signatures) {  // by type
    if (stored.empty() || stored.back().covered != signature.type) {
      stored.push_back({signature.type, {}});
    }
    stored.back().rrsigs.push_back(signature.rrsig);
  }
  return stored;
}

bool is_sep(const dns::Rdata& dnskey) {
  const auto key = dnssec::Dnskey::from_rdata(dnskey.octets());
  return key && key->is_sep();
}

template <class T>
T signed_or_throw(dnssec::Result<T> result) {
  if (!result) {
    throw SigningFailed(result.error().detail);
  }
  return *std::move(result);
}

}  // namespace

ContentSigner::Builder::Builder(const storage::ZoneHead& head, std::unique_ptr<const dnssec::SigningInputs> inputs,
                                dnssec::Executor executor)
    : head_(head), inputs_(std::move(inputs)), builder_(dns::SnapshotBuilder(head.name)) {
  if (inputs_) {
    builder_.emplace<dnssec::ZoneSigner>(
        signed_or_throw(dnssec::ZoneSigner::make(*inputs_, head_.soa_rrset(), std::move(executor))));
  }
}

void ContentSigner::Builder::add(dns::RRset rrset) {
  if (auto* plain = std::get_if<dns::SnapshotBuilder>(&builder_)) {
    if (auto added = plain->add(rrset); !added) {
      throw storage::CorruptContent(added.error().detail);
    }
  } else if (auto added = std::get<dnssec::ZoneSigner>(builder_).add(std::move(rrset)); !added) {
    throw SigningFailed(added.error().detail);
  }
}

std::shared_ptr<const dns::ZoneSnapshot> ContentSigner::Builder::finish() && {
  if (auto* plain = std::get_if<dns::SnapshotBuilder>(&builder_)) {
    auto snapshot = std::move(*plain).finish(head_.version, head_.soa_rrset());
    if (!snapshot) {
      throw storage::CorruptContent(snapshot.error().detail);
    }
    return *std::move(snapshot);
  }
  return signed_or_throw(std::move(std::get<dnssec::ZoneSigner>(builder_)).finish(head_.version));
}

ContentSigner::Builder ContentSigner::begin(const storage::ZoneHead& head) {
  std::unique_ptr<const dnssec::SigningInputs> inputs;
  if (head.signing) {
    inputs = std::make_unique<const dnssec::SigningInputs>(inputs_to_sign(*head.signing, head.name));
  }
  return {head, std::move(inputs), threads_.executor()};
}

std::optional<dns::Delta> ContentSigner::step(const dns::ZoneSnapshot& before, storage::ZoneContent::Step step,
                                              const ReadSigning& read_signing) {
  const storage::ZoneHead& head = *step.head;
  if (!head.signing && !step.signing_before) {
    return std::move(step.delta);
  }
  if (!head.signing || !step.signing_before) {
    return std::nullopt;  // what nameservers get as a whole, too (DESIGN.md §4, IXFR)
  }
  const bool is_same = head.signing->stamp == *step.signing_before;
  const auto signing_before = is_same ? std::nullopt : read_signing(before.version());
  if (!is_same && !signing_before) {
    return std::nullopt;
  }
  const auto inputs = inputs_to_sign(*head.signing, head.name);
  const auto inputs_before = is_same ? inputs : inputs_of(*signing_before, head.name, Keys::closed);
  if (inputs.denial != inputs_before.denial) {
    return std::nullopt;
  }
  return signed_or_throw(dnssec::sign_change(before, inputs_before, *step.delta, inputs, threads_.executor()));
}

/// The past is signed from what there is now: backwards, and what comes of it is turned round.
std::optional<dns::Delta> ContentSigner::difference(const dns::ZoneSnapshot& newest,
                                                    storage::ZoneContent::Difference difference,
                                                    std::size_t octets_max) {
  if (!difference.signing_from && !difference.signing_to) {
    return std::move(difference.content);
  }
  if (!difference.signing_from || !difference.signing_to ||
      difference.signing_from->denial != difference.signing_to->denial ||
      difference.signing_from->stamp.rules != difference.signing_to->stamp.rules) {
    return std::nullopt;
  }
  const auto inputs = inputs_of(*difference.signing_to, newest.apex(), Keys::closed);
  const auto inputs_before = inputs_to_sign(*difference.signing_from, newest.apex());
  auto back = dnssec::sign_change(newest, inputs, dns::inverse(std::move(difference.content)), inputs_before,
                                  threads_.executor(), octets_max);
  if (!back && back.error().code == dnssec::Errc::too_large) {
    return std::nullopt;
  }
  return dns::inverse(signed_or_throw(std::move(back)));
}

dnssec::SigningInputs ContentSigner::inputs_to_sign(const storage::ZoneSigning& signing, const dns::Name& apex) {
  auto inputs = inputs_of(signing, apex, Keys::opened);
  return signatures_ ? counted(std::move(inputs), *signatures_) : inputs;
}

dnssec::SigningInputs ContentSigner::inputs_of(const storage::ZoneSigning& signing, const dns::Name& apex, Keys keys) {
  dnssec::SigningInputs inputs{.rules = signing.stamp.rules,
                               .apex = apex,
                               .signing_time_s = signing.stamp.signing_time,
                               .times = {signing.times.period, signing.times.lifetime, signing.times.skew,
                                         static_cast<std::uint32_t>(signing.stamp.buckets)},
                               .denial = denial_of(signing.denial),
                               .zonemd = signing.zonemd,
                               .key_ttl = signing.ttl,
                               .dnskey = signing.dnskey,
                               .cds = signing.cds,
                               .cdnskey = signing.cdnskey,
                               .zone_keys = {},
                               .apex_keys = {},
                               .stored = stored_of(signing.apex_signatures)};
  for (const storage::ZoneSigningKey& key : signing.keys) {
    inputs.zone_keys.push_back({key.dnskey, key.active_from, keys == Keys::opened ? cache_.get(key) : nullptr});
  }
  if (inputs.stored.empty()) {
    std::ranges::copy_if(inputs.zone_keys, std::back_inserter(inputs.apex_keys),
                         [](const dnssec::SigningKey& key) { return is_sep(key.dnskey); });
  }
  return inputs;
}

}  // namespace minidns::mdns
