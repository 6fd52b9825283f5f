#pragma once

#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/ttl.hpp"
#include "dnssec/signer.hpp"
#include "dnssec/zone/slot.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace minidns::dnssec {

/// How a zone proves that a name or type doesn't exist. NSEC3 is with SHA-1, no extra iterations and no salt (RFC
/// 9276).
enum class Denial { nsec, nsec3, nsec3_opt_out };

/// A key that signs a zone's RRsets.
struct SigningKey {
  dns::Rdata dnskey;           ///< its public part, as in the DNSKEY RRset
  std::int64_t active_from_s;  ///< A: signs what is in a slot that starts then or later; 0: everything
  /// May be null in the inputs of the *earlier* version of `sign_change`, which only asks which key it was.
  std::shared_ptr<const Signer> signer;
};

/// RRSIG RDATA made elsewhere, where the key-signing key is.
struct StoredSignatures {
  dns::RRType covered;  ///< DNSKEY, CDS or CDNSKEY
  std::vector<dns::Rdata> rrsigs;
};

/// All that a signed zone version depends on beside its content (DESIGN.md, invariant 3). A value; the same inputs give
/// the same records everywhere.
struct SigningInputs {
  int rules = 1;  ///< number of the signing rules, stored in the version; only 1 so far
  dns::Name apex;
  std::int64_t signing_time_s;  ///< T, Unix seconds
  SlotTimes times;
  Denial denial;
  bool zonemd = false;  ///< a ZONEMD record (RFC 8976): every version costs O(zone) then

  // The key set.
  dns::Ttl key_ttl;                   ///< of the DNSKEY, CDS and CDNSKEY RRsets
  std::vector<dns::Rdata> dnskey;     ///< ours; those in the content are added (RFC 8901, other providers')
  std::vector<dns::Rdata> cds;        ///< likewise
  std::vector<dns::Rdata> cdnskey;    ///< likewise
  std::vector<SigningKey> zone_keys;  ///< a CSK is here and in `apex_keys`
  std::vector<SigningKey> apex_keys;  ///< sign DNSKEY, CDS and CDNSKEY, whatever their `active_from_s`
  /// Instead of `apex_keys`, for each of the three types that the zone has: for the slot of bucket 0 at T, over the
  /// RRset with the content's keys in it.
  std::vector<StoredSignatures> stored;
};

}  // namespace minidns::dnssec
