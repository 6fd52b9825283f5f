#pragma once

#include "base/view_id.hpp"
#include "dns/serial.hpp"
#include "dns/wire/message.hpp"
#include "mdns/metrics.hpp"
#include "mdns/nameserver/access_rules.hpp"
#include "mdns/nameserver/reply.hpp"
#include "mdns/nameserver/request.hpp"
#include "mdns/peers.hpp"
#include "mdns/zone_entry.hpp"
#include "mdns/zone_index.hpp"

#include <optional>
#include <variant>

namespace minidns::mdns {

/// An RCODE and nothing else; NOERROR for a NOTIFY that is ours.
struct AnswerRcode {
  dns::Rcode rcode;
  std::optional<ExtendedError> extended_error = std::nullopt;
  Refusal refusal = Refusal::no_right;  ///< of REFUSED
};
/// The zone's SOA, out of the index.
struct AnswerSoa {
  ZonePointer zone;
};
/// Any other question, out of the zone's content.
struct AnswerQuery {
  ZonePointer zone;
  ViewId view = default_view;
};
/// AXFR (RFC 5936).
struct SendZone {
  ZonePointer zone;
  ViewId view = default_view;
};
/// IXFR from a serial (RFC 1995).
struct SendChanges {
  ZonePointer zone;
  ViewId view;
  dns::Serial from;
};

using Action = std::variant<AnswerRcode, AnswerSoa, AnswerQuery, SendZone, SendChanges>;

/// What to do about a request: pure, looks only at memory.
///
/// First who asks, then what for. A key sees the zones of its pool, or its zone; for all else, whether it exists or
/// not, the answer is REFUSED (DESIGN.md invariant 8); and it sees them as its view. Who has no key sees the default
/// view. A client certificate with names that the rules know opens those names' pools; with a key it opens what both
/// do. Without key and certificate nothing is transferred to anybody; other queries are answered for addresses that the
/// rules allow, and SOA for nameservers that have that right.
[[nodiscard]] Action decide(const Request& request, const ZoneIndex& index, const Peers& peers,
                            const AccessRules& rules);

}  // namespace minidns::mdns
