#pragma once

#include "api/dnssec.hpp"
#include "api/problem.hpp"

#include <string>
#include <string_view>

namespace minidns::api {

[[nodiscard]] Result<NewDnssecPolicy> parse_new_dnssec_policy(std::string_view body);
[[nodiscard]] Result<DnssecPolicyRequest> parse_dnssec_policy_change(std::string_view body);
[[nodiscard]] Result<ZoneSigningRequest> parse_zone_signing(std::string_view body);
/// POST /v2/zones/{id}/dnssec/ds: whether the parent has the DS set.
[[nodiscard]] Result<bool> parse_ds_report(std::string_view body);

/// POST /v2/zones/{id}/dnssec/roll: which key.
[[nodiscard]] Result<KeyRole> parse_roll(std::string_view body);

}  // namespace minidns::api
