#pragma once

#include "api/problem.hpp"
#include "dns/name.hpp"
#include "dns/ttl.hpp"
#include "dnssec/error.hpp"
#include "dnssec/zone/slot.hpp"
#include "storage/zone_keys.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// When signatures are made, and for how long they must hold (DESIGN.md §4, "Signature times"). Pure.
namespace minidns::central {

/// The number of the signing rules of new versions.
inline constexpr std::int16_t signing_rules_now = 1;

/// How far behind T may be before somebody notices.
inline constexpr std::int64_t lag_allowance_s = 86'400;
/// For people to repair what stops refreshing.
inline constexpr std::int64_t validity_margin_s = 3 * 86'400;

/// T is not taken when it is further than this beyond what was taken before, unless a person says so.
inline constexpr std::chrono::seconds clock_leap_max = std::chrono::hours(48);

/// RRsets of a zone with a ZONEMD record: a change costs some 100 ms then.
inline constexpr std::int64_t zonemd_rrsets_max = 50'000;

/// The largest TTL with which a zone can be signed with these times: when a secondary has lost its primaries, its
/// answers still hold when it stops to serve, and for as long as a resolver keeps them. May be negative.
[[nodiscard]] std::int64_t ttl_max_s(const storage::SignatureTimes& times);

/// invalid_object about `path` if `ttl` is above it.
[[nodiscard]] api::Result<void> check_ttl(const storage::SignatureTimes& times, dns::Ttl ttl,
                                          std::vector<std::string> path);

/// The same, if the zone is signed.
[[nodiscard]] api::Result<void> check_ttl(const std::optional<storage::LockedSigning>& signing, dns::Ttl ttl,
                                          std::vector<std::string> path);

/// Buckets of a zone with so many RRsets; `present`: what it has now, so that few changes near a step don't make it go
/// back and forth.
[[nodiscard]] std::int32_t buckets_for(std::int64_t rrsets, std::int32_t present, bool pool_has_axfr_only);

[[nodiscard]] dnssec::Result<dnssec::SlotRule> slot_rule(const dns::Name& zone, const storage::SignatureTimes& times,
                                                         std::int32_t buckets);

[[nodiscard]] std::int64_t unix_seconds(std::chrono::system_clock::time_point time);
[[nodiscard]] std::chrono::system_clock::time_point time_of_unix(std::int64_t seconds);

}  // namespace minidns::central
