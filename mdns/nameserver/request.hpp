#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "dns/wire/message.hpp"
#include "mdns/metrics.hpp"
#include "mdns/nameserver/inbound_gate.hpp"
#include "mdns/nameserver/reply.hpp"
#include "mdns/peers.hpp"
#include "tsig/tsig.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace minidns::mdns {

/// Where a message came from.
struct Origin {
  boost::asio::ip::address peer;
  Transport transport;
  /// In the peer's certificate, verified, in lower case; null: it has none.
  std::shared_ptr<const std::vector<std::string>> certificate_names = nullptr;
  /// How long the connection stays open without a request; 0: there is no connection.
  std::chrono::milliseconds idle_limit{0};
};

/// A request that could be read and whose TSIG, if it has one, is right. What it may see is not decided yet.
struct Request {
  dns::Message message;
  Origin origin;
  std::optional<tsig::Verified> verified;

  /// Of the question; there must be exactly one.
  [[nodiscard]] const dns::Question& question() const { return message.question.front(); }
};

/// A message that gets no answer: shorter than a header, or itself an answer.
struct Ignored {};

/// An answer to what can't be a request.
struct Rejected {
  dns::Rcode rcode;
  Bytes answer;
};

/// Reads a message and checks its TSIG, before anything else is looked at. A message that can't be parsed is FORMERR,
/// a TSIG that isn't right is answered as RFC 8945 §5.2 says, an EDNS version above 0 is BADVERS (RFC 6891 §6.1.3).
/// `gate` knows the keys of the primaries of zones that are transferred in, which open nothing but NOTIFY.
[[nodiscard]] std::variant<Ignored, Rejected, Request> receive(ByteView octets, const Origin& origin,
                                                               const Peers& peers, const ReplySettings& settings,
                                                               WallTime now, const InboundGate& gate);

[[nodiscard]] QueryKind query_kind_of(const dns::Message& message);

}  // namespace minidns::mdns
