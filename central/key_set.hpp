#pragma once

#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/ttl.hpp"
#include "dnssec/error.hpp"
#include "dnssec/signer.hpp"
#include "dnssec/zone/slot.hpp"
#include "storage/dnssec_policies.hpp"
#include "storage/zone_keys.hpp"

#include <cstdint>
#include <memory>
#include <vector>

/// What is published of a zone's keys, and central's signatures of it. Pure.
namespace minidns::central {

/// A key as a key set has it.
struct KeySetMember {
  DnssecKeyId id;
  storage::KeyRole role;
  dns::Rdata dnskey;
  std::int64_t active_from = 0;  ///< of a ZSK or CSK
  bool is_published = true;      ///< in the DNSKEY set, which a KSK or CSK then signs
  bool is_for_parent = true;     ///< of a KSK or CSK: in CDS and CDNSKEY, if the policy has those
};

/// What CDS and CDNSKEY say.
enum class ParentRequest {
  nothing,  ///< they aren't there
  keys,     ///< those that are for the parent
  removal   ///< RFC 8078 §4
};

/// DNSKEY of the keys and of other providers'; CDS (SHA-256, RFC 8624 §3.3) and CDNSKEY, if the policy says so.
[[nodiscard]] dnssec::Result<storage::NewKeySet> make_key_set(const KeySetId& id, const dns::Name& zone,
                                                              const storage::DnssecPolicyFields& policy,
                                                              const std::vector<KeySetMember>& keys,
                                                              const std::vector<dns::Rdata>& foreign_dnskeys,
                                                              ParentRequest request);

/// The RRsets that a key set publishes.
struct KeySetRecords {
  KeySetId id;
  dns::Name zone;
  dns::Ttl ttl;
  storage::SignatureTimes times;
  std::vector<dns::Rdata> dnskey;
  std::vector<dns::Rdata> cds;
  std::vector<dns::Rdata> cdnskey;
};
[[nodiscard]] KeySetRecords records_of(const storage::NewKeySet& set, const dns::Name& zone);

struct KeySetSigner {
  DnssecKeyId key;
  std::shared_ptr<const dnssec::Signer> signer;
};

/// RRSIGs of all RRsets of the key set by all signers for all slots.
[[nodiscard]] dnssec::Result<std::vector<storage::NewApexSignature>> sign_key_set(
    const KeySetRecords& records, const std::vector<KeySetSigner>& signers, const std::vector<dnssec::Slot>& slots);

/// The slot of the key set at T and the two after it (DESIGN.md §3, "key sets").
[[nodiscard]] std::vector<dnssec::Slot> slots_ahead(const dnssec::SlotRule& rule, std::int64_t signing_time);
inline constexpr int slots_ahead_count = 2;

}  // namespace minidns::central
