#pragma once

#include "dns/delta.hpp"
#include "dns/rrset.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dnssec/error.hpp"
#include "dnssec/zone/owner_form.hpp"
#include "dnssec/zone/signature_plan.hpp"

#include <memory>

/// The digest of a zone in the zone itself (RFC 8976: scheme SIMPLE, SHA-384). It is signed like others and is in the
/// apex' bitmap, so it is there without a digest first, and gets it when all else is made.
namespace minidns::dnssec {

/// Adds the ZONEMD RRset without a digest; its TTL is the SOA's (RFC 8976 §2). `bad_input`: the SOA is none.
[[nodiscard]] Result<void> add_zonemd(OwnerForm& apex);

/// The RDATA with the digest of all records but ZONEMD and its RRSIGs (RFC 8976 §3.3). O(zone): about 1 µs for each
/// record.
[[nodiscard]] Result<dns::Rdata> zonemd_rdata(const dns::ZoneSnapshot& zone);

/// `zone` with its digest, signed; and the change that leads to `after`, a zone without its digest, so that it leads to
/// the one with it.
[[nodiscard]] Result<std::shared_ptr<const dns::ZoneSnapshot>> with_zonemd(const dns::ZoneSnapshot& zone,
                                                                           const SignaturePlan& plan);
[[nodiscard]] Result<void> put_zonemd(dns::Delta& delta, const dns::ZoneSnapshot& after, const SignaturePlan& plan);

}  // namespace minidns::dnssec
