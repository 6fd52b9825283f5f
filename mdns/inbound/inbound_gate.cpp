#include "mdns/inbound/inbound_gate.hpp"

#include "dns/soa.hpp"
#include "mdns/nameserver/request.hpp"

#include <algorithm>

namespace minidns::mdns {
namespace {

bool is_notify(const dns::Message& message) {
  return message.header.opcode == dns::Opcode::notify && message.question.size() == 1 &&
         message.question[0].type == dns::RRType::soa && message.question[0].klass == dns::class_in;
}

/// RFC 1996 §3.7: the new SOA may be in the answer section.
std::optional<dns::Serial> serial_of(const dns::Message& message) {
  for (const dns::Record& record : message.answer) {
    if (record.type == dns::RRType::soa && record.owner == message.question[0].name) {
      const auto soa = dns::Soa::from_rdata(record.rdata);
      return soa ? std::optional(soa->serial) : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

std::shared_ptr<const tsig::Key> TableGate::key_for_notify(const dns::Message& message) const {
  if (!is_notify(message) || !message.tsig) {
    return nullptr;
  }
  const auto known = table_.find(message.question[0].name);
  return known && known->key && known->key->name == message.tsig->key ? known->key : nullptr;
}

bool TableGate::take_notify(const Request& request) const {
  if (!is_notify(request.message)) {
    return false;
  }
  const auto known = table_.find(request.question().name);
  if (!known) {
    return false;
  }
  // Signed with another key of ours it is no primary's; the address alone will do as RFC 1996 §3.10 has it, since all
  // that a forged one does is to let us ask.
  const bool by_key = request.verified && known->key && request.verified->key == known->key;
  const auto& primaries = known->primaries;
  const bool by_address = std::find(primaries.begin(), primaries.end(), request.origin.peer) != primaries.end();
  if (!by_key && !by_address) {
    log_.debug("NOTIFY from no primary of the zone",
               {{"zone", request.question().name.to_text()}, {"peer", request.origin.peer.to_string()}});
    return false;
  }
  table_.notified(known->id, request.origin.peer, serial_of(request.message));
  return true;
}

}  // namespace minidns::mdns
