#include "mdns/nameserver/decide.hpp"

#include "dns/soa.hpp"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace minidns::mdns {
namespace {

const AnswerRcode refused{dns::Rcode::refused, ExtendedError::prohibited};
const AnswerRcode refused_without_tls{dns::Rcode::refused, ExtendedError::prohibited, Refusal::tls_only};

/// What the certificate opens, by all the names in it.
std::set<PoolId> pools_of(const Origin& origin, const AccessRules& rules) {
  std::set<PoolId> pools;
  for (const std::string& name : origin.certificate_names ? *origin.certificate_names : std::vector<std::string>()) {
    const auto found = rules.pools_of_certificate.find(name);
    if (found != rules.pools_of_certificate.end()) {
      pools.insert(found->second.begin(), found->second.end());
    }
  }
  return pools;
}

/// What the one who asks may see.
class Sight {
 public:
  Sight(const Request& request, const ZoneIndex& index, const Peers& peers, const AccessRules& rules)
      : index_(index), peers_(peers), peer_(request.origin.peer), pools_(pools_of(request.origin, rules)) {
    if (request.verified) {
      key_ = peers.find_key(request.verified->key->name);
      sees_nothing_ = key_ == nullptr;
    } else if (pools_.empty()) {
      sees_all_ = rules.unsigned_allowed.contains(peer_);
      soa_only_ = !sees_all_;
    }
  }

  /// By a key or a certificate.
  [[nodiscard]] bool is_proven() const { return !sees_nothing_ && (key_ != nullptr || !pools_.empty()); }
  [[nodiscard]] ViewId view() const { return key_ != nullptr ? key_->view : default_view; }
  /// Sees nothing but SOAs.
  [[nodiscard]] bool soa_only() const { return soa_only_; }

  [[nodiscard]] bool sees(const ZoneEntry& zone) const {
    if (is_proven()) {
      return (key_ == nullptr || key_->opens(zone.pool, zone.id)) && (pools_.empty() || pools_.contains(zone.pool));
    }
    return sees_all_ || (soa_only_ && peers_.allows_unsigned_soa(peer_, zone.pool));
  }
  /// Exactly this zone; null if it isn't there or can't be seen.
  [[nodiscard]] ZonePointer zone(const dns::Name& name) const {
    ZonePointer found = index_.find(name);
    return found && sees(*found) ? found : nullptr;
  }
  /// The closest zone at or above. Zones that can't be seen are passed over as if they weren't there.
  [[nodiscard]] ZonePointer zone_around(const dns::Name& name) const {
    return index_.find_enclosing(name, [this](const ZoneEntry& zone) { return sees(zone); });
  }

 private:
  const ZoneIndex& index_;
  const Peers& peers_;
  const boost::asio::ip::address& peer_;
  const std::set<PoolId> pools_;  // empty: no certificate, or one that no rule knows
  const tsig::ScopedKey* key_ = nullptr;
  bool sees_nothing_ = false;
  bool sees_all_ = false;
  bool soa_only_ = false;
};

/// RFC 1996 §3. We are the primary of all our zones: there is nothing to do but to answer.
Action decide_notify(const Request& request, const Sight& sight) {
  if (sight.soa_only()) {
    return refused;
  }
  return AnswerRcode{sight.zone(request.question().name) ? dns::Rcode::noerror : dns::Rcode::notauth};
}

/// The zone for a transfer, or why there is none.
std::variant<ZonePointer, AnswerRcode> zone_for_transfer(const Request& request, const Sight& sight,
                                                         const AccessRules& rules) {
  if (!sight.is_proven()) {
    return refused;
  }
  if (rules.transfers_over_tls_only && request.origin.transport != Transport::tls) {
    return refused_without_tls;
  }
  const dns::Name& name = request.question().name;
  if (ZonePointer zone = sight.zone(name)) {
    return zone;
  }
  // A name inside one of his zones: RFC 5936 §2.2.1 wants NOTAUTH where we aren't authoritative for such a zone.
  if (sight.zone_around(name)) {
    return AnswerRcode{dns::Rcode::notauth};
  }
  return refused;
}

Action decide_axfr(const Request& request, const Sight& sight, const AccessRules& rules) {
  auto found = zone_for_transfer(request, sight, rules);
  if (const auto* error = std::get_if<AnswerRcode>(&found)) {
    return *error;
  }
  // RFC 5936 §4.2 leaves AXFR over UDP undefined.
  if (request.origin.transport == Transport::udp) {
    return AnswerRcode{dns::Rcode::formerr};
  }
  return SendZone{std::get<ZonePointer>(std::move(found)), sight.view()};
}

/// The serial that an IXFR client has: the authority section holds its SOA, and nothing else does (RFC 1995 §3).
std::optional<dns::Serial> serial_of_client(const Request& request) {
  const auto& authority = request.message.authority;
  if (authority.size() != 1 || authority[0].type != dns::RRType::soa || authority[0].klass != dns::class_in ||
      authority[0].owner != request.question().name) {
    return std::nullopt;
  }
  const auto soa = dns::Soa::from_rdata(authority[0].rdata);
  return soa ? std::optional(soa->serial) : std::nullopt;
}

Action decide_ixfr(const Request& request, const Sight& sight, const AccessRules& rules) {
  auto found = zone_for_transfer(request, sight, rules);
  if (const auto* error = std::get_if<AnswerRcode>(&found)) {
    return *error;
  }
  const auto serial = serial_of_client(request);
  if (!serial) {
    return AnswerRcode{dns::Rcode::formerr};
  }
  return SendChanges{std::get<ZonePointer>(std::move(found)), sight.view(), *serial};
}

/// PowerDNS asks with DO and compares the signature (DESIGN.md §4, NOTIFY out); the index has none.
Action soa_of(const Request& request, ZonePointer zone, const Sight& sight) {
  const bool with_signature = zone->has_signatures && request.message.edns && request.message.edns->dnssec_ok;
  return with_signature ? Action(AnswerQuery{std::move(zone), sight.view()}) : Action(AnswerSoa{std::move(zone)});
}

Action decide_other(const Request& request, const Sight& sight) {
  const dns::Question& question = request.question();
  if (sight.soa_only()) {
    ZonePointer zone = question.type == dns::RRType::soa ? sight.zone(question.name) : nullptr;
    return zone ? soa_of(request, std::move(zone), sight) : Action(refused);
  }
  ZonePointer zone = sight.zone_around(question.name);
  if (!zone) {
    return refused;
  }
  const bool at_apex = zone->name == question.name;
  if (question.type == dns::RRType::soa && at_apex) {
    return soa_of(request, std::move(zone), sight);
  }
  if (question.type.is_meta() && question.type != dns::RRType::any) {
    return AnswerRcode{dns::Rcode::notimp};
  }
  // DS is the parent's (RFC 4035 §3.1.4.1), where we have it.
  if (question.type == dns::RRType::ds && at_apex && !question.name.is_root()) {
    if (ZonePointer parent = sight.zone_around(question.name.parent())) {
      return AnswerQuery{std::move(parent), sight.view()};
    }
  }
  return AnswerQuery{std::move(zone), sight.view()};
}

Action decide_query(const Request& request, const Sight& sight, const AccessRules& rules) {
  const dns::RRType type = request.question().type;
  if (type == dns::RRType::axfr) {
    return decide_axfr(request, sight, rules);
  }
  if (type == dns::RRType::ixfr) {
    return decide_ixfr(request, sight, rules);
  }
  return decide_other(request, sight);
}

}  // namespace

Action decide(const Request& request, const ZoneIndex& index, const Peers& peers, const AccessRules& rules) {
  const dns::Opcode opcode = request.message.header.opcode;
  if (opcode != dns::Opcode::query && opcode != dns::Opcode::notify) {
    return AnswerRcode{dns::Rcode::notimp};
  }
  // RFC 9619 for queries; NOTIFY has one question by RFC 1996 §3.7.
  if (request.message.question.size() != 1) {
    return AnswerRcode{dns::Rcode::formerr};
  }
  if (request.question().klass != dns::class_in) {
    return refused;  // no zone of another class is here
  }
  const Sight sight(request, index, peers, rules);
  return opcode == dns::Opcode::notify ? decide_notify(request, sight) : decide_query(request, sight, rules);
}

}  // namespace minidns::mdns
