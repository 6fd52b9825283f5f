#pragma once

#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"
#include "dnssec/zone/signing_inputs.hpp"

#include <optional>
#include <vector>

namespace minidns::dnssec {

/// What a name is to its zone (RFC 4035 §2.2, §2.3).
enum class Standing {
  authoritative,  ///< all its RRsets are signed
  cut,            ///< a delegation: only DS is signed; NS isn't, and the rest is glue
  occluded,       ///< below a cut or a DNAME: nothing is signed and nothing denied
};

/// An RRset of a signed zone, before it is signed.
struct SetForm {
  dns::RRset rrset;
  bool is_signed;
  bool may_reuse = false;  ///< its TTL and records are those which the owner's old signatures cover
};

/// All RRsets at one owner of a signed zone but its RRSIGs, by type.
struct OwnerForm {
  Standing standing = Standing::authoritative;
  std::vector<SetForm> sets;
  std::optional<dns::RRset> old_signatures;  ///< RRSIGs of an earlier version

  [[nodiscard]] bool has(dns::RRType type) const;
  /// Keeps the order.
  void insert(SetForm set);
  /// The owner with its case, for what signing adds: that of the first RRset by type (SOA at the apex); of NSEC3 only
  /// if there is nothing else. There must be an RRset.
  [[nodiscard]] const dns::Name& owner() const;
};

/// What is below `sets`' owner, one that isn't occluded itself, is occluded.
[[nodiscard]] bool occludes(const OwnerForm& form);

/// The content of one owner, with what is to be signed. `sets` by type, all of one owner.
[[nodiscard]] OwnerForm form_of(std::vector<dns::RRset> sets, Standing standing);

/// The types that NSEC or NSEC3 name, without NSEC itself (RFC 4034 §4.1.2, RFC 5155 §3.2.1). RRSIG is among them if
/// anything is signed.
[[nodiscard]] std::vector<dns::RRType> denied_types(const OwnerForm& form);

/// Adds the NSEC record (RFC 4035 §2.3).
void add_nsec(OwnerForm& form, dns::Ttl ttl, const dns::Name& next);

/// An insecure delegation: under opt-out it has no NSEC3 (RFC 5155 §6).
[[nodiscard]] bool is_insecure_cut(const OwnerForm& form);

/// Adds to the form of the apex, whose SOA is the first, what the inputs say: DNSKEY, CDS and CDNSKEY, joined with the
/// content's, NSEC3PARAM, and ZONEMD without its digest. `bad_input` if the content has a record that is ours, too.
[[nodiscard]] Result<void> add_key_set(OwnerForm& apex, const SigningInputs& inputs);

/// The inverse: of a signed zone's RRset of such a type, the records that came from the content; nothing if none did.
[[nodiscard]] std::optional<dns::RRset> content_part(const dns::RRset& key_set, const SigningInputs& inputs);

/// Types that only we make. `bad_input`: content has one.
[[nodiscard]] bool is_made_by_signing(dns::RRType type);
[[nodiscard]] Error not_content(const dns::RRset& rrset);

}  // namespace minidns::dnssec
