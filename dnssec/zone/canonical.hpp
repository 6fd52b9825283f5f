#pragma once

#include "base/bytes.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"
#include "dns/ttl.hpp"
#include "dnssec/error.hpp"

#include <cstdint>
#include <vector>

namespace minidns::dnssec {

/// RDATA with the names in lower case that RFC 4034 §6.2 lists, as RFC 6840 §5.1 corrects it. `bad_input`: it is of
/// such a type and has no name where one must be.
[[nodiscard]] Result<Bytes> canonical_rdata(dns::RRType type, ByteView rdata);

/// An RRset's RDATA in canonical form and order, each once (RFC 4034 §6.3).
[[nodiscard]] Result<std::vector<Bytes>> canonical_records(const dns::RRset& rrset);

/// Appends a record in canonical form (RFC 4034 §6.2), which signatures and digests are made of: owner, type, class IN,
/// TTL, length, RDATA. `owner` must be in lower case, `rdata` canonical.
void append_record(Bytes& to, const dns::Name& owner, dns::RRType type, dns::Ttl ttl, ByteView rdata);

/// Who signs, and for when.
struct Stamp {
  std::uint8_t algorithm;
  std::uint16_t key_tag;
  std::uint32_t inception;
  std::uint32_t expiration;

  friend bool operator==(const Stamp&, const Stamp&) = default;
};

/// RRSIG RDATA without the signature (RFC 4034 §3.1). `signer` must be in lower case.
[[nodiscard]] Bytes rrsig_head(const dns::RRset& covered, const Stamp& stamp, const dns::Name& signer);

/// What is signed: the head and the canonical RRset (RFC 4034 §3.1.8.1, RFC 4035 §5.3.2).
[[nodiscard]] Result<Bytes> signed_data(ByteView head, const dns::RRset& covered);

/// RFC 4034 appendix B; 0 for RDATA that is none.
[[nodiscard]] std::uint16_t key_tag_of(ByteView dnskey);

// Limitations: RSAMD5's key tag (RFC 4034 appendix B.1) isn't computed, since we never sign with it.

}  // namespace minidns::dnssec
