#include "dns/snapshot/authoritative.hpp"

#include "dns/snapshot/cursor.hpp"
#include "dns/snapshot/place.hpp"
#include "dns/soa.hpp"

#include <algorithm>
#include <cassert>
#include <optional>

namespace minidns::dns {
namespace {

/// Names of which addresses are added. More name servers or mail exchangers than this have no use, and the work of an
/// answer must have a bound.
constexpr std::size_t additional_names_max = 32;

std::optional<RRset> find(const ZoneSnapshot& zone, ByteView key, RRType type) {
  const SnapshotCursor cursor(zone.tree(), key, type);
  return cursor.is_at(key, type) ? std::optional(cursor.rrset()) : std::nullopt;
}

/// The first by type of a name's RRsets; at the apex the SOA.
std::optional<RRset> find_any(const ZoneSnapshot& zone, ByteView key) {
  const SnapshotCursor cursor(zone.tree(), key, RRType::soa);
  return !cursor.at_end() && cursor.is_at(key, cursor.type()) ? std::optional(cursor.rrset()) : std::nullopt;
}

/// The name in an RDATA that is nothing else (CNAME, DNAME).
std::optional<Name> name_in(const RRset& rrset) {
  auto name = Name::from_wire(rrset.rdata.front().octets());
  return name ? std::optional(std::move(*name)) : std::nullopt;
}

/// `name` with `owner` at its end replaced by `target` (RFC 6672 §2.2); nothing if that is too long.
std::optional<Name> substituted(const Name& name, const Name& owner, const Name& target) {
  const auto prefix = name.wire().first(name.wire().size() - owner.wire().size());
  Bytes wire(prefix.begin(), prefix.end());
  wire.insert(wire.end(), target.wire().begin(), target.wire().end());
  auto result = Name::from_wire(wire);
  return result ? std::optional(std::move(*result)) : std::nullopt;
}

/// Where the name is in the RDATA of the types whose targets' addresses a client wants next.
std::optional<std::size_t> target_offset(RRType type) {
  if (type == RRType::ns) {
    return 0;
  }
  if (type == RRType::mx) {
    return 2;
  }
  if (type == RRType::srv) {
    return 6;
  }
  return std::nullopt;
}

bool has(const std::vector<RRset>& section, const Name& owner, RRType type) {
  return std::any_of(section.begin(), section.end(),
                     [&](const RRset& rrset) { return rrset.owner == owner && rrset.type == type; });
}

/// RFC 4034 §3.1.1.
RRType covered_by(const Rdata& rrsig) {
  const auto octets = rrsig.octets();
  return RRType(octets.size() < 2 ? 0 : static_cast<std::uint16_t>(octets[0] << 8U | octets[1]));
}

class Responder {
 public:
  Responder(const ZoneSnapshot& zone, RRType qtype, bool with_signatures)
      : zone_(zone), qtype_(qtype), with_signatures_(with_signatures) {}

  AuthoritativeAnswer respond(const Name& qname) && {
    std::optional<Name> name = qname;
    for (int step = 0; step < alias_steps_max && name && name->is_at_or_below(zone_.apex()); ++step) {
      name = respond_at(*name);
    }
    return std::move(answer_);
  }

 private:
  /// One round of RFC 1034 §4.3.2; the name with which to go on, if there is one.
  std::optional<Name> respond_at(const Name& name) {
    const Place place = locate(zone_.tree(), OwnerKey::of(name, zone_.apex()).octets(), qtype_);
    switch (place.kind) {
      case Place::Kind::exact:
      case Place::Kind::wildcard:
        return respond_with_data(name, place);
      case Place::Kind::missing:
        answer_.rcode = Rcode::nxdomain;  // also after an alias: it is of the last name (RFC 6604 §3)
        add_negative_soa();
        return std::nullopt;
      case Place::Kind::cut:
        refer(place.key);
        return std::nullopt;
      case Place::Kind::dname:
        return follow_dname(name, place.key);
    }
    return std::nullopt;
  }

  std::optional<Name> respond_with_data(const Name& name, const Place& place) {
    if (qtype_ != RRType::cname && qtype_ != RRType::any) {
      if (auto alias = find(zone_, place.key, RRType::cname)) {
        return follow_cname(std::move(*alias), name, place);
      }
    }
    auto rrset = qtype_ == RRType::any ? find_any(zone_, place.key) : find(zone_, place.key, qtype_);
    if (!rrset) {
      add_negative_soa();
      return std::nullopt;
    }
    set_owner(*rrset, name, place);
    add_addresses_for(*rrset);
    put(answer_.answer, *std::move(rrset), place.key);
    return std::nullopt;
  }

  /// A wildcard's records are the name's own, as asked.
  static void set_owner(RRset& rrset, const Name& name, const Place& place) {
    if (place.kind == Place::Kind::wildcard) {
      rrset.owner = name;
    }
  }

  std::optional<Name> follow_cname(RRset alias, const Name& name, const Place& place) {
    if (has(answer_.answer, name, RRType::cname)) {
      return std::nullopt;  // a loop: all of it is in the answer
    }
    set_owner(alias, name, place);
    auto target = name_in(alias);
    put(answer_.answer, std::move(alias), place.key);
    return target;
  }

  /// RFC 6672 §3.2: the DNAME, and the CNAME that it makes, with its TTL (§3.1).
  std::optional<Name> follow_dname(const Name& name, ByteView key) {
    RRset dname = *find(zone_, key, RRType::dname);  // `locate` saw it
    const Name owner = dname.owner;
    const Ttl ttl = dname.ttl;
    const auto to = name_in(dname);
    if (!has(answer_.answer, owner, RRType::dname)) {
      put(answer_.answer, std::move(dname), key);
    }
    if (!to) {
      answer_.rcode = Rcode::servfail;
      return std::nullopt;
    }
    auto target = substituted(name, owner, *to);
    if (!target) {
      answer_.rcode = Rcode::yxdomain;
      return std::nullopt;
    }
    if (has(answer_.answer, name, RRType::cname)) {
      return std::nullopt;
    }
    const auto wire = target->wire();
    answer_.answer.push_back({name, RRType::cname, ttl, {*Rdata::from_octets(Bytes(wire.begin(), wire.end()))}});
    const bool is_complete = qtype_ == RRType::cname || qtype_ == RRType::any;
    return is_complete ? std::nullopt : std::move(target);
  }

  void refer(ByteView key) {
    RRset ns = *find(zone_, key, RRType::ns);  // `locate` saw it
    answer_.aa = !answer_.answer.empty();
    answer_.is_referral = true;
    add_addresses_for(ns);
    answer_.authority.push_back(std::move(ns));
    // RFC 4035 §3.1.4: the proof that the child is signed. NS itself isn't ours to sign.
    if (auto ds = with_signatures_ ? find(zone_, key, RRType::ds) : std::nullopt) {
      put(answer_.authority, *std::move(ds), key);
    }
  }

  /// RFC 2308 §3: the SOA with the smaller of its TTL and its MINIMUM, for how long the answer may be kept.
  void add_negative_soa() {
    RRset soa = zone_.soa();
    const auto fields = Soa::from_rdata(soa.rdata.front().octets());
    soa.ttl = std::min(soa.ttl, Ttl::from_wire(fields->minimum_s));  // a snapshot's SOA is valid
    put(answer_.authority, std::move(soa), {});
  }

  /// With its signatures, if there are any and they were asked for (RFC 4035 §3.1.1). `key`: of what has the records.
  void put(std::vector<RRset>& section, RRset rrset, ByteView key) const {
    auto rrsigs = with_signatures_ ? find(zone_, key, RRType::rrsig) : std::nullopt;
    if (rrsigs) {
      std::erase_if(rrsigs->rdata, [&](const Rdata& rdata) { return covered_by(rdata) != rrset.type; });
      rrsigs->owner = rrset.owner;
      rrsigs->ttl = rrset.ttl;
    }
    section.push_back(std::move(rrset));
    if (rrsigs && !rrsigs->rdata.empty()) {
      section.push_back(*std::move(rrsigs));
    }
  }

  void add_addresses_for(const RRset& rrset) {
    const auto offset = target_offset(rrset.type);
    if (!offset) {
      return;
    }
    std::size_t names = 0;
    for (const auto& rdata : rrset.rdata) {
      if (rdata.octets().size() <= *offset || names++ == additional_names_max) {
        continue;
      }
      const auto target = Name::from_wire(rdata.octets().subspan(*offset));
      if (target && target->is_at_or_below(zone_.apex())) {
        add_addresses_of(*target, rrset.type == RRType::ns);
      }
    }
  }

  /// Name servers' addresses may be glue, below a cut; others must be ours to give.
  void add_addresses_of(const Name& name, bool may_be_glue) {
    const OwnerKey key = OwnerKey::of(name, zone_.apex());
    if (!may_be_glue && locate(zone_.tree(), key.octets(), RRType::a).kind != Place::Kind::exact) {
      return;
    }
    for (const RRType type : {RRType::a, RRType::aaaa}) {
      if (has(answer_.additional, name, type)) {
        continue;
      }
      if (auto addresses = find(zone_, key.octets(), type)) {
        answer_.additional.push_back(std::move(*addresses));
      }
    }
  }

  const ZoneSnapshot& zone_;
  RRType qtype_;
  bool with_signatures_;
  AuthoritativeAnswer answer_;
};

}  // namespace

AuthoritativeAnswer answer_authoritatively(const ZoneSnapshot& zone, const Name& qname, RRType qtype,
                                           bool with_signatures) {
  assert(qname.is_at_or_below(zone.apex()));
  return Responder(zone, qtype, with_signatures).respond(qname);
}

}  // namespace minidns::dns
