#pragma once

#include "base/log.hpp"
#include "mdns/inbound/inbound_table.hpp"
#include "mdns/nameserver/inbound_gate.hpp"

namespace minidns::mdns {

/// The gate on the table of zones that are transferred in.
class TableGate final : public InboundGate {
 public:
  TableGate(InboundTable& table, const ExpiredZones& expired, const Logger& log)
      : table_(table), expired_(expired), log_(log) {}

  [[nodiscard]] bool is_expired(const ZoneId& zone) const override { return expired_.contains(zone); }
  [[nodiscard]] std::shared_ptr<const tsig::Key> key_for_notify(const dns::Message& message) const override;
  [[nodiscard]] bool take_notify(const Request& request) const override;

 private:
  InboundTable& table_;
  const ExpiredZones& expired_;
  const Logger& log_;
};

}  // namespace minidns::mdns
