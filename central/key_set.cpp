#include "central/key_set.hpp"

#include "dnssec/dnskey.hpp"
#include "dnssec/ds.hpp"
#include "dnssec/zone/canonical.hpp"

#include <algorithm>
#include <iterator>

namespace minidns::central {
namespace {

using storage::KeyRole;

struct Message {
  dns::RRType type;
  const dnssec::Slot* slot;
  Bytes head;
  Bytes data;
};

std::vector<dns::RRset> rrsets_of(const KeySetRecords& records) {
  std::vector<dns::RRset> sets;
  const auto add = [&](dns::RRType type, const std::vector<dns::Rdata>& rdata) {
    if (!rdata.empty()) {
      sets.push_back({records.zone, type, records.ttl, rdata});
    }
  };
  add(dns::RRType::dnskey, records.dnskey);
  add(dns::RRType::cds, records.cds);
  add(dns::RRType::cdnskey, records.cdnskey);
  return sets;
}

dnssec::Result<std::vector<Message>> messages_of(const KeySetRecords& records, const dnssec::Signer& signer,
                                                 const std::vector<dnssec::Slot>& slots) {
  const auto signer_name = records.zone.lowercased();
  std::vector<Message> messages;
  for (const dns::RRset& rrset : rrsets_of(records)) {
    for (const dnssec::Slot& slot : slots) {
      const dnssec::Stamp stamp{.algorithm = static_cast<std::uint8_t>(signer.algorithm()),
                                .key_tag = signer.key_tag(),
                                .inception = slot.inception,
                                .expiration = slot.expiration};
      auto head = dnssec::rrsig_head(rrset, stamp, signer_name);
      auto data = dnssec::signed_data(head, rrset);
      if (!data) {
        return data.error();
      }
      messages.push_back({rrset.type, &slot, std::move(head), *std::move(data)});
    }
  }
  return messages;
}

bool is_sep(const dns::Rdata& dnskey) {
  const auto key = dnssec::Dnskey::from_rdata(dnskey.octets());
  return key && key->is_sep();
}

dnssec::Result<void> add_request(storage::NewKeySet& set, const dns::Name& zone,
                                 const std::vector<dns::Rdata>& for_parent, ParentRequest request) {
  switch (request) {
    case ParentRequest::nothing:
      break;
    case ParentRequest::removal:
      set.cds.push_back(dnssec::cds_delete_rdata());
      set.cdnskey.push_back(dnssec::cdnskey_delete_rdata());
      break;
    case ParentRequest::keys:
      for (const auto& rdata : for_parent) {
        const auto dnskey = dnssec::Dnskey::from_rdata(rdata.octets());
        if (!dnskey) {
          return dnskey.error();
        }
        set.cds.push_back(dnssec::cds_rdata(zone, *dnskey, dnssec::DigestType::sha256));
        set.cdnskey.push_back(dnssec::cdnskey_rdata(*dnskey));
      }
  }
  return {};
}

}  // namespace

dnssec::Result<storage::NewKeySet> make_key_set(const KeySetId& id, const dns::Name& zone,
                                                const storage::DnssecPolicyFields& policy,
                                                const std::vector<KeySetMember>& keys,
                                                const std::vector<dns::Rdata>& foreign_dnskeys, ParentRequest request) {
  storage::NewKeySet set{.id = id,
                         .times = policy.times,
                         .denial = policy.denial,
                         .zonemd = policy.zonemd,
                         .ttl = policy.dnskey_ttl,
                         .dnskey = foreign_dnskeys,
                         .cds = {},
                         .cdnskey = {},
                         .zone_keys = {},
                         .signers = {}};
  std::vector<dns::Rdata> for_parent;
  for (const KeySetMember& key : keys) {
    if (key.role != KeyRole::ksk) {
      set.zone_keys.push_back({key.id, key.active_from});
    }
    if (!key.is_published) {
      continue;
    }
    set.dnskey.push_back(key.dnskey);
    if (key.role != KeyRole::zsk) {
      set.signers.push_back(key.id);
      if (key.is_for_parent) {
        for_parent.push_back(key.dnskey);
      }
    }
  }
  std::ranges::copy_if(foreign_dnskeys, std::back_inserter(for_parent), is_sep);
  if (policy.publish_cds) {
    if (auto added = add_request(set, zone, for_parent, request); !added) {
      return added.error();
    }
  }
  for (auto* records : {&set.dnskey, &set.cds, &set.cdnskey}) {
    std::ranges::sort(*records);
  }
  return set;
}

KeySetRecords records_of(const storage::NewKeySet& set, const dns::Name& zone) {
  return {set.id, zone, set.ttl, set.times, set.dnskey, set.cds, set.cdnskey};
}

dnssec::Result<std::vector<storage::NewApexSignature>> sign_key_set(const KeySetRecords& records,
                                                                    const std::vector<KeySetSigner>& signers,
                                                                    const std::vector<dnssec::Slot>& slots) {
  std::vector<storage::NewApexSignature> signatures;
  for (const auto& [key, signer] : signers) {
    const auto messages = messages_of(records, *signer, slots);
    if (!messages) {
      return messages.error();
    }
    std::vector<ByteView> data;
    std::ranges::transform(*messages, std::back_inserter(data),
                           [](const Message& message) { return ByteView(message.data); });
    const auto made = signer->sign(data);
    if (!made) {
      return made.error();
    }
    for (std::size_t i = 0; i < messages->size(); ++i) {
      const Message& message = (*messages)[i];
      Bytes rrsig = message.head;
      rrsig.insert(rrsig.end(), (*made)[i].begin(), (*made)[i].end());
      signatures.push_back({.key_set = records.id,
                            .key = key,
                            .signature = {.type = message.type,
                                          .inception = message.slot->start_s - records.times.skew,
                                          .expiration = message.slot->start_s + records.times.lifetime,
                                          .rrsig = dns::Rdata::from_octets(std::move(rrsig)).value()}});
    }
  }
  return signatures;
}

std::vector<dnssec::Slot> slots_ahead(const dnssec::SlotRule& rule, std::int64_t signing_time) {
  std::vector<dnssec::Slot> slots;
  for (int ahead = 0; ahead <= slots_ahead_count; ++ahead) {
    slots.push_back(rule.slot_of(0, signing_time + ahead * rule.times().period_s));
  }
  return slots;
}

}  // namespace minidns::central
