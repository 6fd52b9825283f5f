#pragma once

#include "api/dnssec.hpp"
#include "api/problem.hpp"

#include <string>
#include <string_view>

namespace minidns::api {

[[nodiscard]] Result<NewDnssecPolicy> parse_new_dnssec_policy(std::string_view body);
[[nodiscard]] Result<DnssecPolicyRequest> parse_dnssec_policy_change(std::string_view body);
/// PUT /v2/zones/{id}/dnssec: the policy's name.
[[nodiscard]] Result<std::string> parse_zone_dnssec(std::string_view body);
/// POST /v2/zones/{id}/dnssec/ds: whether the parent has the DS set.
[[nodiscard]] Result<bool> parse_ds_report(std::string_view body);

/// POST /v2/zones/{id}/dnssec/roll: which key.
[[nodiscard]] Result<KeyRole> parse_roll(std::string_view body);

}  // namespace minidns::api
