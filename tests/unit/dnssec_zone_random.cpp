#include "dns/soa.hpp"
#include "tests/unit/dnssec_zone_support.hpp"

#include <algorithm>
#include <array>

namespace minidns::dnssec::test {

using dns::RRType;
using dns::test::name;
using dns::test::rdata;
using dns::test::rrset;

std::string HardZones::random_case(std::string text) {
  for (auto& c : text) {
    if (c >= 'a' && c <= 'z' && below(6) == 0) {
      c = static_cast<char>(c - 'a' + 'A');
    }
  }
  return text;
}

std::string HardZones::label() {
  if (!labels_.empty() && below(2) == 0) {
    return labels_[below(labels_.size())];
  }
  switch (below(14)) {
    case 0:
      return "*";
    case 1:
      return {'x', '.', 'y'};
    case 2:
      return {'\0', static_cast<char>(1 + below(2))};
    case 3:
      return {static_cast<char>(0xff)};
    case 4:
      return std::string(63, 'l');
    case 5:
      return "host" + std::to_string(below(200));
    default:
      return random_case(std::string(1, static_cast<char>('a' + below(8))));
  }
}

dns::Name HardZones::owner() {
  dns::Name result = apex_;
  for (std::size_t depth = below(5) == 0 ? 0 : 1 + below(4); depth > 0; --depth) {
    if (auto child = result.child(label())) {
      result = *child;
    }
  }
  return result;
}

dns::RRset HardZones::random_rrset() {
  const auto octet = [&] { return static_cast<std::uint8_t>(below(5)); };
  const auto ttl = static_cast<std::int64_t>(300 * below(4));
  const auto names = [&](RRType type, std::initializer_list<std::uint8_t> prefix) {
    return rrset(owner(), type, {rdata(prefix, owner())}, ttl);
  };
  switch (below(16)) {
    case 0:
    case 1:
    case 2:
      return rrset(owner(), RRType::ns, {rdata({}, name("Ns" + std::to_string(below(3)) + ".example.NET."))}, ttl);
    case 3: {
      Bytes ds(36);
      ds[1] = octet();
      ds[2] = 13;
      ds[3] = 2;
      return rrset(owner(), RRType::ds, {rdata(ds)}, ttl);
    }
    case 4:
      return names(RRType::dname, {});
    case 5:
      return names(RRType::cname, {});
    case 6:
      return names(RRType::mx, {0, octet()});
    case 7:
      return names(RRType::srv, {0, 1, 0, 2, 0, octet()});
    case 8:
      return rrset(owner(), RRType(static_cast<std::uint16_t>(65'280 + below(100))), {rdata(Bytes{octet(), octet()})},
                   ttl);
    case 11:
      if (below(4) == 0) {  // of another provider
        return rrset(apex_, RRType::dnskey, {ed25519_key(static_cast<std::uint8_t>(230 + below(9)), false).dnskey},
                     ttl);
      }
      return rrset(owner(), RRType::tlsa, {rdata(Bytes{3, 1, 1, octet()})}, ttl);
    case 9:
      return rrset(owner(), RRType::caa, {rdata(Bytes{0, 1, 'a', octet()})}, ttl);
    case 10:
      return rrset(owner(), RRType::txt, {dns::test::text(5, octet()), dns::test::text(2 + below(600), 77)}, ttl);
    default:
      return rrset(owner(), RRType::a, {rdata(Bytes{192, 0, 2, octet()}), rdata(Bytes{192, 0, 1, octet()})}, ttl);
  }
}

/// What BIND, Knot or ldns refuse is left out: records beside a CNAME, DNAME beside NS, DS without NS or at the apex.
void HardZones::put_if_valid(Content& content, dns::RRset added) {
  const auto key = dns::OwnerKey::of(added.owner, apex_);
  const auto has = [&](RRType type) { return content.rrsets.contains({key, type.value()}); };
  const auto next = content.rrsets.lower_bound({key, 0});
  const bool is_owner = next != content.rrsets.end() && next->first.first == key;
  const bool is_single = added.type == RRType::cname || added.type == RRType::dname;
  const bool is_delegating = added.type == RRType::ns || added.type == RRType::dname || added.type == RRType::ds;
  if ((key.is_apex() && (is_single || added.type == RRType::ds)) || (is_delegating && added.owner.is_wildcard()) ||
      (added.type == RRType::cname && is_owner && !has(RRType::cname)) ||
      (added.type != RRType::cname && has(RRType::cname)) || (added.type == RRType::dname && has(RRType::ns)) ||
      (added.type == RRType::ns && has(RRType::dname)) || (added.type == RRType::ds && !has(RRType::ns))) {
    return;
  }
  content.put(std::move(added));
}

void HardZones::put_random(Content& content) {
  put_if_valid(content, random_rrset());
}

Content HardZones::content(std::size_t rrsets) {
  Content content{apex_, dns::test::soa(apex_, 1), {}};
  content.put(rrset(apex_, RRType::ns, {rdata({}, name("ns.example.net."))}));
  for (std::size_t i = 0; i < rrsets; ++i) {
    put_random(content);
  }
  return content;
}

Content HardZones::changed(const Content& content, std::size_t changes) {
  Content next = content;
  const auto serial = dns::serial_of(content.soa.rdata.front()).value() + 1;
  next.soa.rdata = {dns::with_serial(next.soa.rdata.front(), dns::Serial(serial))};
  if (below(12) == 0) {  // MINIMUM or TTL: the TTL of all denials
    next.soa.ttl = dns::Ttl::from_seconds(static_cast<std::int64_t>(100 + below(400))).value();
  }
  if (below(12) == 0) {
    const auto cased = random_case(std::string(as_text(apex_.lowercased().wire())));
    next.soa.owner = dns::Name::from_wire(as_bytes(cased)).value();
  }
  for (std::size_t i = 0; i < changes; ++i) {
    const auto chosen = std::next(next.rrsets.begin(), static_cast<std::ptrdiff_t>(below(next.rrsets.size())));
    const auto kind = below(6);
    const bool is_apex_ns = chosen->first.first.is_apex() && chosen->second.type == RRType::ns;
    if (kind < 3) {
      put_random(next);
    } else if (kind == 3) {
      chosen->second.ttl = dns::Ttl::from_seconds(static_cast<std::int64_t>(below(1000))).value();
    } else if (kind == 4) {
      const auto cased = random_case(std::string(as_text(chosen->second.owner.lowercased().wire())));
      chosen->second.owner = dns::Name::from_wire(as_bytes(cased)).value();
    } else if (!is_apex_ns) {
      const bool had_ns = chosen->second.type == RRType::ns;
      const auto key = chosen->first.first;
      next.rrsets.erase(chosen);
      if (had_ns) {
        next.rrsets.erase({key, RRType::ds.value()});
      }
    }
  }
  return next;
}

}  // namespace minidns::dnssec::test
