#include "dnssec/zone/canonical.hpp"

#include "dns/wire/embedded_names.hpp"

#include <algorithm>
#include <optional>
#include <span>

namespace minidns::dnssec {
namespace {

constexpr std::uint16_t a6 = 38;

/// Where the names are that canonical form changes. NSEC and RRSIG aren't among them: RFC 6840 §5.1.
dns::EmbeddedNames lowered_names(dns::RRType type) {
  switch (type.value()) {
    case 36:  // KX
      return {.prefix_octets = 2, .names = 1};
    case 39:  // DNAME
      return {.names = 1};
    default:
      return dns::expandable_names(type);
  }
}

/// How many octets stand before the first name; nothing if the RDATA is too short.
std::optional<std::size_t> prefix_size(const dns::EmbeddedNames& layout, ByteView rdata) {
  std::size_t at = layout.prefix_octets;
  for (std::size_t i = 0; i < layout.character_strings; ++i) {
    if (at >= rdata.size()) {
      return std::nullopt;
    }
    at += 1 + std::size_t{rdata[at]};
  }
  return at <= rdata.size() ? std::optional(at) : std::nullopt;
}

void lower_case(std::span<std::uint8_t> octets) {
  for (auto& octet : octets) {
    if (octet >= 'A' && octet <= 'Z') {
      octet = static_cast<std::uint8_t>(octet - 'A' + 'a');
    }
  }
}

/// Puts `names` names from `at` on in lower case; false if they aren't there.
bool lower_names(Bytes& rdata, std::size_t at, std::size_t names) {
  for (std::size_t i = 0; i < names; ++i) {
    const auto size = dns::uncompressed_name_size(ByteView(rdata).subspan(at));
    if (!size) {
      return false;
    }
    lower_case(std::span(rdata).subspan(at, *size));  // length octets are below 'A'
    at += *size;
  }
  return true;
}

/// RFC 2874 §3.1.1: prefix length, the address' rest, and a name unless the prefix is empty.
bool lower_a6(Bytes& rdata) {
  constexpr std::size_t address_bits = 128;
  if (rdata.empty() || rdata[0] > address_bits) {
    return false;
  }
  const std::size_t at = 1 + (address_bits - rdata[0] + 7) / 8;
  return rdata[0] == 0 || (at <= rdata.size() && lower_names(rdata, at, 1));
}

void append_u16(Bytes& to, std::size_t value) {
  to.push_back(static_cast<std::uint8_t>(value >> 8 & 0xff));
  to.push_back(static_cast<std::uint8_t>(value & 0xff));
}

void append_u32(Bytes& to, std::uint32_t value) {
  append_u16(to, value >> 16);
  append_u16(to, value & 0xffff);
}

void append(Bytes& to, ByteView octets) {
  to.insert(to.end(), octets.begin(), octets.end());
}

/// RFC 4034 §3.1.3: neither the root's label nor a leading asterisk counts.
std::uint8_t labels_of(const dns::Name& owner) {
  return static_cast<std::uint8_t>(owner.label_count() - (owner.is_wildcard() ? 1 : 0));
}

}  // namespace

Result<Bytes> canonical_rdata(dns::RRType type, ByteView rdata) {
  Bytes canonical(rdata.begin(), rdata.end());
  const auto layout = lowered_names(type);
  bool good = true;
  if (type.value() == a6) {
    good = lower_a6(canonical);
  } else if (layout.names > 0) {
    const auto at = prefix_size(layout, rdata);
    good = at && lower_names(canonical, *at, layout.names);
  }
  if (!good) {
    return Error{Errc::bad_input, type.to_text() + ": the RDATA lacks a name"};
  }
  return canonical;
}

Result<std::vector<Bytes>> canonical_records(const dns::RRset& rrset) {
  std::vector<Bytes> records;
  records.reserve(rrset.rdata.size());
  for (const auto& rdata : rrset.rdata) {
    auto canonical = canonical_rdata(rrset.type, rdata.octets());
    if (!canonical) {
      return Error{Errc::bad_input, rrset.owner.to_text() + " " + canonical.error().detail};
    }
    records.push_back(std::move(*canonical));
  }
  std::sort(records.begin(), records.end());
  records.erase(std::unique(records.begin(), records.end()), records.end());
  return records;
}

void append_record(Bytes& to, const dns::Name& owner, dns::RRType type, dns::Ttl ttl, ByteView rdata) {
  append(to, owner.wire());
  append_u16(to, type.value());
  append_u16(to, 1);  // IN
  append_u32(to, ttl.seconds());
  append_u16(to, rdata.size());
  append(to, rdata);
}

Bytes rrsig_head(const dns::RRset& covered, const Stamp& stamp, const dns::Name& signer) {
  Bytes head;
  head.reserve(18 + signer.wire().size());
  append_u16(head, covered.type.value());
  head.push_back(stamp.algorithm);
  head.push_back(labels_of(covered.owner));
  append_u32(head, covered.ttl.seconds());
  append_u32(head, stamp.expiration);
  append_u32(head, stamp.inception);
  append_u16(head, stamp.key_tag);
  append(head, signer.wire());
  return head;
}

Result<Bytes> signed_data(ByteView head, const dns::RRset& covered) {
  const auto records = canonical_records(covered);
  if (!records) {
    return records.error();
  }
  const dns::Name owner = covered.owner.lowercased();
  constexpr std::size_t fixed_octets = 10;  // TYPE, CLASS, TTL, RDLENGTH
  std::size_t size = head.size();
  for (const auto& rdata : *records) {
    size += owner.wire().size() + fixed_octets + rdata.size();
  }
  Bytes data;
  data.reserve(size);
  append(data, head);
  for (const auto& rdata : *records) {
    append_record(data, owner, covered.type, covered.ttl, rdata);
  }
  return data;
}

std::uint16_t key_tag_of(ByteView dnskey) {
  if (dnskey.size() < 4) {
    return 0;
  }
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < dnskey.size(); ++i) {
    sum += i % 2 == 0 ? std::uint32_t{dnskey[i]} << 8 : dnskey[i];
  }
  sum += sum >> 16 & 0xffff;
  return static_cast<std::uint16_t>(sum & 0xffff);
}

}  // namespace minidns::dnssec
