#pragma once

#include "api/problem.hpp"
#include "dns/rrset.hpp"
#include "dns/ttl.hpp"
#include "storage/zone_edit.hpp"

#include <string>
#include <vector>

namespace minidns::central {

/// Timers of the SOA of every zone (RFC 1035 §3.3.13). A secondary that hears no NOTIFY asks after `refresh`, which
/// differs from zone to zone so that a million zones aren't asked for at once. A zone outlives a week without its
/// primaries (DESIGN.md §4). `minimum` is how long a resolver remembers that a name isn't there (RFC 2308 §5): short,
/// since people look up names just before they create them.
inline constexpr std::uint32_t soa_refresh_s_min = 3500;
inline constexpr std::uint32_t soa_refresh_s_max = 3600;
inline constexpr std::uint32_t soa_retry_s = 600;
inline constexpr std::uint32_t soa_expire_s = 604'800;
inline constexpr std::uint32_t soa_minimum_s = 300;

/// A managed RRset, and the recordset that shows it.
struct ApexSet {
  dns::RRset rrset;
  storage::RecordsetFields fields;
};

/// The SOA, with serial 0 as it is stored. MNAME is the pool's first NS name. The same for the same arguments. An error
/// if `email` makes no RNAME, or there is no NS name.
[[nodiscard]] api::Result<ApexSet> make_soa(const dns::Name& zone, const ZoneId& id, const std::string& email,
                                            dns::Ttl ttl, const std::vector<storage::NsName>& ns_names);

[[nodiscard]] ApexSet make_ns(const dns::Name& zone, dns::Ttl ttl, const std::vector<storage::NsName>& ns_names);

/// The SOA's text with another serial.
[[nodiscard]] std::string soa_text_with_serial(const std::string& text, dns::Serial serial);

}  // namespace minidns::central
