#pragma once

#include "dns/error.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"

namespace minidns::dns {

/// An error (bad_value, bad_rdata) that names the RRset, if it can't be part of a snapshot of the zone `apex`: owner
/// outside, meta type, no record, or RDATA that lacks the names which a reader of its type expands. A SOA must be one
/// record at the apex.
[[nodiscard]] Result<void> check_for_snapshot(const RRset& rrset, const Name& apex);

/// The order of records in a snapshot's RRset: by their octets.
[[nodiscard]] bool is_before(const Rdata& a, const Rdata& b);
/// Whether the records are in the order that a snapshot keeps, none twice.
[[nodiscard]] bool is_sorted(const RRset& rrset);
/// The records brought in that order; an error (bad_value) if two are equal.
[[nodiscard]] Result<RRset> sorted(RRset rrset);

/// True if a transfer can't tell them apart: same octets of the owner, type, TTL, and set of records.
[[nodiscard]] bool is_same(const RRset& a, const RRset& b);

/// True if the owners have the same octets: == of names is without case.
[[nodiscard]] bool is_same_case(const Name& a, const Name& b);

}  // namespace minidns::dns
