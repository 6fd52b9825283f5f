#include "mdns/nameserver/request.hpp"

#include <utility>

namespace minidns::mdns {
namespace {

/// The header of the request comes back, and the code; nothing else could be read.
Rejected unreadable(const dns::Header& header) {
  dns::Message empty;
  empty.header = header;
  Reply reply(empty, Transport::udp, ReplySettings{});
  reply.set_rcode(dns::Rcode::formerr);
  return {dns::Rcode::formerr, std::move(reply).finish(WallTime{})};
}

Rejected badly_signed(const dns::Message& message, const Origin& origin, const tsig::Failure& failure,
                      const ReplySettings& settings, WallTime now) {
  Reply reply(message, origin.transport, settings);
  reply.set_rcode(failure.kind == tsig::Failure::Kind::formerr ? dns::Rcode::formerr : dns::Rcode::notauth);
  const dns::Rcode rcode = reply.rcode();
  Bytes answer = std::move(reply).finish(now);
  sign_failure(answer, failure, now);
  return {rcode, std::move(answer)};
}

}  // namespace

std::variant<Ignored, Rejected, Request> receive(ByteView octets, const Origin& origin, const Peers& peers,
                                                 const ReplySettings& settings, WallTime now, const InboundGate& gate) {
  const auto header = dns::parse_header(octets);
  if (!header || header->qr) {
    return Ignored{};
  }
  auto message = dns::parse_message(octets);
  if (!message) {
    return unreadable(*header);
  }
  Request request{*std::move(message), origin, std::nullopt};
  if (request.message.tsig) {
    const auto of_primary = gate.key_for_notify(request.message);
    const tsig::KeyLookup only_that = [&of_primary](const dns::Name& /*name*/) { return of_primary; };
    auto checked = verify_request(octets, request.message, of_primary ? only_that : peers.key_lookup(), now);
    if (const auto* failure = std::get_if<tsig::Failure>(&checked)) {
      return badly_signed(request.message, origin, *failure, settings, now);
    }
    request.verified = std::move(std::get<tsig::Verified>(checked));
  }
  if (request.message.edns && request.message.edns->version > 0) {
    return Rejected{dns::Rcode::badvers, error_reply(request, settings, dns::Rcode::badvers, std::nullopt, now)};
  }
  return request;
}

QueryKind query_kind_of(const dns::Message& message) {
  if (message.header.opcode == dns::Opcode::notify) {
    return QueryKind::notify;
  }
  if (message.header.opcode != dns::Opcode::query || message.question.size() != 1) {
    return QueryKind::other;
  }
  const dns::RRType type = message.question[0].type;
  if (type == dns::RRType::soa) {
    return QueryKind::soa;
  }
  if (type == dns::RRType::axfr) {
    return QueryKind::axfr;
  }
  return type == dns::RRType::ixfr ? QueryKind::ixfr : QueryKind::other;
}

}  // namespace minidns::mdns
