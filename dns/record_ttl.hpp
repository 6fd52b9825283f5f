#pragma once

#include "dns/rrset.hpp"
#include "dns/ttl.hpp"

namespace minidns::dns {

/// The TTL of one record: its set's. Of an RRSIG it is the original TTL that it names (RFC 4034 §3.1.4): an RRSIG has
/// the TTL of the set that it covers (§3), and those of one owner cover sets with different ones. The TTL of a set of
/// RRSIGs is that of its first record.
[[nodiscard]] inline Ttl record_ttl(RRType type, Ttl ttl, ByteView rdata) {
  constexpr std::size_t original_ttl_at = 4;  // after type covered, algorithm, labels
  if (type != RRType::rrsig || rdata.size() < original_ttl_at + 4) {
    return ttl;
  }
  std::uint32_t value = 0;
  for (std::size_t i = original_ttl_at; i < original_ttl_at + 4; ++i) {
    value = value << 8 | rdata[i];
  }
  return Ttl::from_wire(value);
}
[[nodiscard]] inline Ttl record_ttl(const RRset& rrset, const Rdata& rdata) {
  return record_ttl(rrset.type, rrset.ttl, rdata.octets());
}

}  // namespace minidns::dns
