#pragma once

#include "base/bytes.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"
#include "dns/ttl.hpp"
#include "dnssec/error.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace minidns::dnssec {

/// RFC 4034 §4.1.2. `types` in rising order, each once.
[[nodiscard]] Bytes type_bitmap(const std::vector<dns::RRType>& types);

/// The TTL of NSEC and NSEC3 records: the lesser of the SOA's MINIMUM and TTL (RFC 9077 §3). `soa` is a SOA RRset.
[[nodiscard]] Result<dns::Ttl> denial_ttl(const dns::RRset& soa);

/// `next` is written in lower case: PowerDNS makes this record itself, from lower-case names (DESIGN.md §4, "Case").
[[nodiscard]] dns::RRset nsec(const dns::Name& owner, dns::Ttl ttl, const dns::Name& next, ByteView bitmap);

using Nsec3Hash = std::array<std::uint8_t, 20>;

/// RFC 5155 §5 with SHA-1, no extra iterations, no salt (RFC 9276 §3.1).
[[nodiscard]] Nsec3Hash nsec3_hash(const dns::Name& name);

/// The owner of an NSEC3 record, in lower case. `bad_input`: the name is too long for this apex.
[[nodiscard]] Result<dns::Name> nsec3_owner(const Nsec3Hash& hash, const dns::Name& apex);
/// The hash in the first label of such an owner; nothing if that can't be one.
[[nodiscard]] std::optional<Nsec3Hash> hash_of_owner(const dns::Name& owner);

struct Nsec3 {
  bool opt_out;
  Nsec3Hash next;
  Bytes bitmap;

  [[nodiscard]] dns::Rdata to_rdata() const;
  /// Of a record that `to_rdata` made; nothing for others.
  [[nodiscard]] static std::optional<Nsec3> from_rdata(ByteView rdata);
};

/// `1 0 0 -` (RFC 5155 §4). With the TTL of denials, as PowerDNS has it: it makes this record itself, and with another
/// TTL than the RRSIG says its zone wouldn't be ours.
[[nodiscard]] dns::RRset nsec3param(const dns::Name& apex, dns::Ttl ttl);

}  // namespace minidns::dnssec
