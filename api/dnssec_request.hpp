#pragma once

#include "api/dnssec.hpp"
#include "api/problem.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace minidns::api {

[[nodiscard]] Result<NewDnssecPolicy> parse_new_dnssec_policy(std::string_view body);
[[nodiscard]] Result<DnssecPolicyRequest> parse_dnssec_policy_change(std::string_view body);
/// PUT /v2/dnssec/defaults/…: the policy's name.
[[nodiscard]] Result<std::string> parse_dnssec_default(std::string_view body);
[[nodiscard]] Result<ZoneSigningRequest> parse_zone_signing(std::string_view body);
[[nodiscard]] Result<DsReport> parse_ds_report(std::string_view body);
/// POST /v2/zones/{id}/dnssec/roll: which key.
[[nodiscard]] Result<KeyRole> parse_roll(std::string_view body);
/// PATCH of it: whether it is paused.
[[nodiscard]] Result<bool> parse_roll_change(std::string_view body);
/// PUT /v2/zones/{id}/dnssec/foreign_dnskeys: DNSKEY records in presentation form.
[[nodiscard]] Result<std::vector<std::string>> parse_foreign_dnskeys(std::string_view body);

}  // namespace minidns::api
