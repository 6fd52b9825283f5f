#pragma once

#include "base/clock.hpp"
#include "mdns/metrics.hpp"
#include "mdns/nameserver/access_rules.hpp"
#include "mdns/nameserver/answer.hpp"
#include "mdns/nameserver/decide.hpp"
#include "mdns/nameserver/inbound_gate.hpp"
#include "mdns/nameserver/request.hpp"
#include "mdns/peers.hpp"
#include "mdns/zone_index.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

namespace minidns::mdns {

/// A request whose answer needs the zone's content.
struct Deferred {
  Request request;
  std::variant<AnswerQuery, SendZone, SendChanges> action;

  [[nodiscard]] const ZonePointer& zone() const;
  [[nodiscard]] ViewId view() const;
};

/// From the octets of a message to its answer, as far as memory goes: the part of the name server without sockets.
/// Safe on every thread.
class RequestHandler {
 public:
  RequestHandler(const ZoneIndex& index, ReplySettings settings, const Clock& clock, QueryMetrics metrics);

  /// Zones that are transferred in; before the first request. `gate` must outlive this.
  void use(const InboundGate& gate) { gate_ = &gate; }

  /// Nothing to send, an answer, or what must be looked up first.
  [[nodiscard]] std::variant<Ignored, Bytes, Deferred> handle(ByteView octets, const Origin& origin, const Peers& peers,
                                                              const AccessRules& rules) const;

  /// The same for the plainest and most frequent request (PlainSoaQuery): writes the answer to `to`, which has
  /// plain_soa_answer_octets_max octets, and returns its size. 0: nothing was done, `handle` it.
  [[nodiscard]] std::size_t answer_at_once(ByteView octets, const boost::asio::ip::address& peer, const Peers& peers,
                                           const AccessRules& rules, std::span<std::uint8_t> to) const;

  /// The second half for a deferred query.
  [[nodiscard]] Bytes finish_query(const Request& request, const dns::ZoneSnapshot& zone) const;
  [[nodiscard]] Bytes finish_ixfr_over_udp(const Request& request, const ZoneEntry& zone,
                                           const std::optional<dns::Delta>& difference) const;
  /// The SOA alone, for an IXFR client that is up to date.
  [[nodiscard]] Bytes finish_up_to_date(const Request& request, const ZoneEntry& zone) const;
  /// The zone can't be had now.
  [[nodiscard]] Bytes finish_unavailable(const Request& request, ExtendedError reason) const;
  /// The zone was deleted after the decision.
  [[nodiscard]] Bytes finish_gone(const Request& request) const;

  [[nodiscard]] const ReplySettings& settings() const { return settings_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] const QueryMetrics& metrics() const { return metrics_; }

 private:
  [[nodiscard]] Bytes count(const Request& request, Answer answer) const;
  /// What a zone that has expired is answered with; nothing if it hasn't.
  [[nodiscard]] std::optional<std::variant<Ignored, Bytes, Deferred>> refuse_expired(const Request& request,
                                                                                     const Action& action,
                                                                                     WallTime now) const;

  const ZoneIndex& index_;
  const ReplySettings settings_;
  const Clock& clock_;
  const QueryMetrics metrics_;
  NoInboundGate no_gate_;
  const InboundGate* gate_ = &no_gate_;
};

}  // namespace minidns::mdns
