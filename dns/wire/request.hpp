#pragma once

#include "base/bytes.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"

#include <cstdint>
#include <optional>

namespace minidns::dns {

/// The requests that our programs send; class IN, no recursion desired. A TSIG record may be appended.

/// A query; with EDNS (version 0) if `udp_size_octets` is given.
[[nodiscard]] Bytes make_query(std::uint16_t id, const Name& name, RRType type,
                               std::optional<std::uint16_t> udp_size_octets = std::nullopt, bool dnssec_ok = false);

/// IXFR from the version with this SOA, which goes to the authority section (RFC 1995 §3).
[[nodiscard]] Bytes make_ixfr_query(std::uint16_t id, const Name& zone, const Rdata& soa);

/// NOTIFY (RFC 1996 §3.6, §3.7); AA is set; with `soa` in the answer section, as a hint.
[[nodiscard]] Bytes make_notify(std::uint16_t id, const Name& zone, const std::optional<Rdata>& soa);

}  // namespace minidns::dns
