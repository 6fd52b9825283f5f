#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"
#include "dns/ttl.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// What a zone version is signed with. A version without any of it is unsigned.
namespace minidns::storage {

/// What tells the signed forms of one content apart (DESIGN.md, invariant 3); in the version, immutable.
struct SigningStamp {
  KeySetId key_set;
  std::int64_t signing_time;  ///< T, Unix seconds
  std::int32_t buckets;       ///< B, a power of two
  std::int16_t rules;         ///< number of the signing and rendering rules

  friend bool operator==(const SigningStamp&, const SigningStamp&) = default;
};

/// DESIGN.md §4, "Signature times"; seconds.
struct SignatureTimes {
  std::int32_t period;    ///< P, of refresh
  std::int32_t lifetime;  ///< L, above P
  std::int32_t skew;

  friend bool operator==(const SignatureTimes&, const SignatureTimes&) = default;
};

/// NSEC3 always without salt and extra iterations (RFC 9276).
enum class Denial { nsec, nsec3, nsec3_opt_out };

/// A ZSK or CSK: signs the zone's RRsets whose slot starts at `active_from` or later, until there is a newer one.
struct ZoneSigningKey {
  DnssecKeyId id;
  dns::Rdata dnskey;
  Bytes private_sealed;      ///< base/envelope.hpp, context `sealing_context(id)`
  std::int64_t active_from;  ///< Unix seconds
};

/// An RRSIG that central made of an RRset of the key set's own.
struct ApexSignature {
  dns::RRType type;        ///< covered: DNSKEY, CDS or CDNSKEY
  std::int64_t inception;  ///< Unix seconds
  std::int64_t expiration;
  dns::Rdata rrsig;
};

/// All that a version is signed with, but for its content and the view.
struct ZoneSigning {
  SigningStamp stamp;
  SignatureTimes times;
  Denial denial;
  bool zonemd;                       ///< RFC 8976
  dns::Ttl ttl;                      ///< of the three RRsets that follow
  std::vector<dns::Rdata> dnskey;    ///< sorted
  std::vector<dns::Rdata> cds;       ///< may be empty
  std::vector<dns::Rdata> cdnskey;   ///< may be empty
  std::vector<ZoneSigningKey> keys;  ///< by `active_from`, then id
  /// Of the slots that T is in, one for each key that signs the key set; by type, inception, RDATA. None: a CSK's
  /// key set from before central signed those, too; the CSK signs these RRsets like others.
  std::vector<ApexSignature> apex_signatures;
};

/// What authenticates the row of a sealed private key.
[[nodiscard]] inline std::string sealing_context(const DnssecKeyId& key) {
  return "dnssec-key:" + key.to_string();
}

}  // namespace minidns::storage
