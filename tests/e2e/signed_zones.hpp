#pragma once

#include "tests/e2e/served.hpp"
#include "tests/harness/secondary.hpp"

#include <cstdint>
#include <string>

/// Zones that mdns signs, and what others say of them.
namespace minidns::e2e {

/// With what is hard to sign: mixed case, an escaped dot, wildcards, empty non-terminals, delegations.
std::string create_hard_zone(RestClient& rest, const std::string& zone);

json::value sign(RestClient& rest, const std::string& id, const std::string& policy = "default");

/// What an mdns transfers, as dig prints it, without its comments and the TSIG record.
[[nodiscard]] std::string transferred(const Platform& platform, const std::string& zone, int which);
/// What a nameserver transfers.
[[nodiscard]] std::string transferred(const harness::Secondary& server, const std::string& zone);
[[nodiscard]] std::string transferred(const std::string& address, std::uint16_t port, const std::string& zone,
                                      const harness::KeySpec* key = nullptr);

/// What dnssec-verify, ldns-verify-zone and kzonecheck have against a transfer; empty if nothing. `with_csk`: a key
/// with SEP may sign all of the zone.
[[nodiscard]] std::string complaints(const std::string& zone, const std::string& transfer, bool with_csk = false);

/// What differs between what a nameserver transfers and `wanted`, a transfer; empty if nothing does. The case of names
/// is no difference, and for PowerDNS NSEC is none: it makes its own.
[[nodiscard]] std::string differences(const harness::Secondary& server, const std::string& zone,
                                      const std::string& wanted, bool is_powerdns);

}  // namespace minidns::e2e
