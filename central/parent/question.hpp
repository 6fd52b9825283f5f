#pragma once

#include "base/result.hpp"
#include "central/parent/probe.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace minidns::central {

/// What a server said of one name and type.
struct DnsAnswer {
  bool is_authoritative;
  bool has_name;                    ///< not NXDOMAIN
  std::vector<dns::Rdata> records;  ///< of the answer section, of this name and type
  std::uint32_t ttl_s;              ///< the least of theirs; 0 if there are none
};

struct DnsFailure {
  std::string reason;
};

/// Asks over TCP, without EDNS and DNSSEC. Blocks for `time` at most for each of connecting, sending and receiving.
/// A failure: no connection, no answer to this question, an error code, or what isn't DNS.
[[nodiscard]] Result<DnsAnswer, DnsFailure> ask(const DnsEndpoint& server, const dns::Name& name, dns::RRType type,
                                                bool recursion_desired, std::chrono::milliseconds time);

}  // namespace minidns::central
