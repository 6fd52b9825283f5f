#pragma once

#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dnssec/dnskey.hpp"
#include "dnssec/error.hpp"

#include <cstdint>

namespace minidns::dnssec {

/// Digests that we make DS and CDS with. SHA-1 must not be used (RFC 8624 §3.3).
enum class DigestType : std::uint8_t {
  sha256 = 2,  ///< RFC 4509
  sha384 = 4,  ///< RFC 6605
};

/// `bad_input`, also for SHA-1 (1).
[[nodiscard]] Result<DigestType> digest_type_from_number(std::uint8_t number);

/// RFC 4034 §5.1.4. The owner's case makes no difference.
[[nodiscard]] dns::Rdata ds_rdata(const dns::Name& owner, const Dnskey& key, DigestType type);

/// What the child asks its parent for (RFC 7344 §3): as DS and DNSKEY.
[[nodiscard]] dns::Rdata cds_rdata(const dns::Name& owner, const Dnskey& key, DigestType type);
[[nodiscard]] dns::Rdata cdnskey_rdata(const Dnskey& key);

/// "Take the DS away", RFC 8078 §4 with its erratum 5049: `CDS 0 0 0 00` and `CDNSKEY 0 3 0 AA==`.
[[nodiscard]] dns::Rdata cds_delete_rdata();
[[nodiscard]] dns::Rdata cdnskey_delete_rdata();

}  // namespace minidns::dnssec
