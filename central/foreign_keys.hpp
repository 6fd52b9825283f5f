#pragma once

#include "api/problem.hpp"
#include "dns/rrset.hpp"
#include "storage/zone_keys.hpp"

#include <string>
#include <vector>

namespace minidns::central {

/// DNSKEYs of other providers who sign the zone, too (RFC 8901, model 2), sorted. invalid_object about the one that
/// isn't a zone's DNSKEY, is of an algorithm that `ours` aren't of (RFC 4035 §2.2: what we sign would lack it), is one
/// of ours, or has the tag of another.
[[nodiscard]] api::Result<std::vector<dns::Rdata>> read_foreign_dnskeys(
    const std::vector<std::string>& texts, const std::vector<storage::SealedZoneKey>& ours);

}  // namespace minidns::central
