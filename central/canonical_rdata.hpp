#pragma once

#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"

namespace minidns::central {

/// RDATA with the names in it in lower case (RFC 4034 §6.2), to tell whether two records are the same record. Names
/// that no type of RFC 3597 §4 has (in unknown types) stay as they are.
[[nodiscard]] Bytes canonical_rdata(dns::RRType type, const dns::Rdata& rdata);

}  // namespace minidns::central
