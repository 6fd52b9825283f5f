#pragma once

#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/wire/message.hpp"
#include "tsig/key.hpp"

#include <memory>

namespace minidns::mdns {

struct Request;

/// What answering has to know of zones that are transferred in. Safe on every thread; never blocks for long.
class InboundGate {
 public:
  virtual ~InboundGate() = default;
  /// Whether the zone may not be served any more (RFC 1035 §3.3.13). Asked for every query.
  [[nodiscard]] virtual bool is_expired(const ZoneId& zone) const = 0;
  /// The key that the zone's primaries sign NOTIFY with, for a message that is one; null if there is none.
  [[nodiscard]] virtual std::shared_ptr<const tsig::Key> key_for_notify(const dns::Message& message) const = 0;
  /// A NOTIFY for a zone that is transferred in, from one of its primaries (by address, or signed with its key): it is
  /// acted on. False for any other.
  [[nodiscard]] virtual bool take_notify(const Request& request) const = 0;
};

/// For a server that has no such zones.
class NoInboundGate final : public InboundGate {
 public:
  [[nodiscard]] bool is_expired(const ZoneId& /*zone*/) const override { return false; }
  [[nodiscard]] std::shared_ptr<const tsig::Key> key_for_notify(const dns::Message& /*message*/) const override {
    return nullptr;
  }
  [[nodiscard]] bool take_notify(const Request& /*request*/) const override { return false; }
};

}  // namespace minidns::mdns
