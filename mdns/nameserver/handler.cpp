#include "mdns/nameserver/handler.hpp"

#include "mdns/nameserver/soa_query.hpp"

#include <string_view>
#include <utility>

namespace minidns::mdns {
namespace {

/// The zone that is answered for; null if there is none.
ZonePointer zone_of(const Action& action) {
  struct Zone {
    ZonePointer operator()(const AnswerRcode& /*rcode*/) const { return nullptr; }
    ZonePointer operator()(const AnswerSoa& soa) const { return soa.zone; }
    ZonePointer operator()(const AnswerQuery& query) const { return query.zone; }
    ZonePointer operator()(const SendZone& axfr) const { return axfr.zone; }
    ZonePointer operator()(const SendChanges& ixfr) const { return ixfr.zone; }
  };
  return std::visit(Zone{}, action);
}

/// Only who has a right to a zone learns more than that it is refused.
std::string_view extra_text_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::no_right:
      break;
    case Refusal::tls_only:
      return "transfers are served over TLS only";
  }
  return {};
}

}  // namespace

const ZonePointer& Deferred::zone() const {
  return std::visit([](const auto& what) -> const ZonePointer& { return what.zone; }, action);
}

ViewId Deferred::view() const {
  return std::visit([](const auto& what) { return what.view; }, action);
}

RequestHandler::RequestHandler(const ZoneIndex& index, ReplySettings settings, const Clock& clock, QueryMetrics metrics)
    : index_(index), settings_(std::move(settings)), clock_(clock), metrics_(std::move(metrics)) {}

std::variant<Ignored, Bytes, Deferred> RequestHandler::handle(ByteView octets, const Origin& origin, const Peers& peers,
                                                              const AccessRules& rules) const {
  const WallTime now = clock_.wall();
  auto received = receive(octets, origin, peers, settings_, now, *gate_);
  if (std::holds_alternative<Ignored>(received)) {
    metrics_.dropped(origin.transport);
    return Ignored{};
  }
  if (auto* rejected = std::get_if<Rejected>(&received)) {
    metrics_.answered(origin.transport, QueryKind::other, rejected->rcode);
    return std::move(rejected->answer);
  }
  auto& request = std::get<Request>(received);
  if (request.message.header.opcode == dns::Opcode::notify && gate_->take_notify(request)) {
    return count(request,
                 {dns::Rcode::noerror, error_reply(request, settings_, dns::Rcode::noerror, std::nullopt, now)});
  }
  Action action = decide(request, index_, peers, rules);
  if (auto refused = refuse_expired(request, action, now)) {
    return *std::move(refused);
  }
  if (const auto* rcode = std::get_if<AnswerRcode>(&action)) {
    if (rcode->rcode == dns::Rcode::refused) {
      metrics_.refused(rcode->refusal);
    }
    return count(request, {rcode->rcode, error_reply(request, settings_, rcode->rcode, rcode->extended_error, now,
                                                     extra_text_of(rcode->refusal))});
  }
  if (const auto* soa = std::get_if<AnswerSoa>(&action)) {
    return count(request, answer_soa(request, *soa->zone, settings_, now));
  }
  if (auto* query = std::get_if<AnswerQuery>(&action)) {
    return Deferred{std::move(request), std::move(*query)};
  }
  if (auto* axfr = std::get_if<SendZone>(&action)) {
    return Deferred{std::move(request), std::move(*axfr)};
  }
  return Deferred{std::move(request), std::get<SendChanges>(std::move(action))};
}

std::size_t RequestHandler::answer_at_once(ByteView octets, const boost::asio::ip::address& peer, const Peers& peers,
                                           const AccessRules& rules, std::span<std::uint8_t> to) const {
  const auto query = as_plain_soa_query(octets);
  if (!query) {
    return 0;
  }
  const ZonePointer zone = index_.find_wire(query->name());
  if (!zone || !(rules.unsigned_allowed.contains(peer) || peers.allows_unsigned_soa(peer, zone->pool)) ||
      gate_->is_expired(zone->id) || (query->dnssec_ok && zone->has_signatures)) {
    return 0;  // whatever is said to that, `decide` says it
  }
  const std::size_t size = write_soa_answer(octets, *query, *zone, settings_, to);
  if (size > 0) {
    metrics_.answered(Transport::udp, QueryKind::soa, dns::Rcode::noerror);
  }
  return size;
}

/// RFC 1034 §4.3.5: no longer authoritative. An IXFR gets no error code: secondaries hold it against us for days
/// (DESIGN.md invariant 10), while a connection that closes makes them ask again.
std::optional<std::variant<Ignored, Bytes, Deferred>> RequestHandler::refuse_expired(const Request& request,
                                                                                     const Action& action,
                                                                                     WallTime now) const {
  const auto zone = zone_of(action);
  if (!zone || !gate_->is_expired(zone->id)) {
    return std::nullopt;
  }
  if (std::holds_alternative<SendChanges>(action)) {
    metrics_.dropped(request.origin.transport);
    return Ignored{};
  }
  return count(request, {dns::Rcode::servfail,
                         error_reply(request, settings_, dns::Rcode::servfail, ExtendedError::invalid_data, now)});
}

Bytes RequestHandler::count(const Request& request, Answer answer) const {
  metrics_.answered(request.origin.transport, query_kind_of(request.message), answer.rcode);
  return std::move(answer.octets);
}

Bytes RequestHandler::finish_query(const Request& request, const dns::ZoneSnapshot& zone) const {
  return count(request, answer_query(request, zone, settings_, clock_.wall()));
}

Bytes RequestHandler::finish_ixfr_over_udp(const Request& request, const ZoneEntry& zone,
                                           const std::optional<dns::Delta>& difference) const {
  return count(request, answer_ixfr_over_udp(request, zone, difference, settings_, clock_.wall()));
}

Bytes RequestHandler::finish_up_to_date(const Request& request, const ZoneEntry& zone) const {
  return count(request, answer_soa(request, zone, settings_, clock_.wall()));
}

Bytes RequestHandler::finish_unavailable(const Request& request, ExtendedError reason) const {
  return count(request,
               {dns::Rcode::servfail, error_reply(request, settings_, dns::Rcode::servfail, reason, clock_.wall())});
}

Bytes RequestHandler::finish_gone(const Request& request) const {
  return count(request, {dns::Rcode::refused, error_reply(request, settings_, dns::Rcode::refused,
                                                          ExtendedError::prohibited, clock_.wall())});
}

}  // namespace minidns::mdns
