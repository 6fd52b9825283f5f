#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "dns/delta.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "mdns/nameserver/reply.hpp"
#include "mdns/nameserver/request.hpp"
#include "mdns/zone_entry.hpp"

#include <optional>

namespace minidns::mdns {

/// One message, and what to count it as.
struct Answer {
  dns::Rcode rcode;
  Bytes octets;
};

/// The zone's SOA, authoritative; with TC if it doesn't fit.
[[nodiscard]] Answer answer_soa(const Request& request, const ZoneEntry& zone, const ReplySettings& settings,
                                WallTime now);

/// Any other question about a name in the zone.
[[nodiscard]] Answer answer_query(const Request& request, const dns::ZoneSnapshot& zone, const ReplySettings& settings,
                                  WallTime now);

/// An IXFR over UDP (RFC 1995 §2, §4): the difference if it is there and fits one message, else the SOA alone, which
/// tells the client to come by TCP.
[[nodiscard]] Answer answer_ixfr_over_udp(const Request& request, const ZoneEntry& zone,
                                          const std::optional<dns::Delta>& difference, const ReplySettings& settings,
                                          WallTime now);

}  // namespace minidns::mdns
