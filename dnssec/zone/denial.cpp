#include "dnssec/zone/denial.hpp"

#include "dns/soa.hpp"
#include "dnssec/zone/hash.hpp"

#include <algorithm>
#include <cassert>
#include <string>
#include <string_view>

namespace minidns::dnssec {
namespace {

constexpr std::string_view base32hex = "0123456789abcdefghijklmnopqrstuv";  // RFC 4648 §7, in lower case
constexpr std::size_t hash_text_size = 32;

dns::Rdata rdata_of(Bytes octets) {
  return dns::Rdata::from_octets(std::move(octets)).value();  // far smaller than the limit: an NSEC has at most 8 KiB
}

/// Hash algorithm 1, flags, iterations 0, salt of 0 octets (RFC 5155 §3.2, §4.2).
Bytes nsec3_parameters(bool opt_out) {
  return {1, static_cast<std::uint8_t>(opt_out ? 1 : 0), 0, 0, 0};
}

std::string to_text(const Nsec3Hash& hash) {
  std::string text;
  std::uint32_t bits = 0;
  int count = 0;
  for (const auto octet : hash) {
    bits = bits << 8 | octet;
    for (count += 8; count >= 5; count -= 5) {
      text.push_back(base32hex[bits >> (count - 5) & 31]);
    }
  }
  return text;
}

}  // namespace

Bytes type_bitmap(const std::vector<dns::RRType>& types) {
  Bytes bitmap;
  std::size_t window_at = 0;  // of the current window's number
  int window = -1;
  for (const auto type : types) {
    if (type.value() >> 8 != window) {
      window = type.value() >> 8;
      window_at = bitmap.size();
      bitmap.push_back(static_cast<std::uint8_t>(window));
      bitmap.push_back(0);
    }
    const std::size_t octet = (type.value() & 0xff) / 8;
    bitmap.resize(std::max(bitmap.size(), window_at + 2 + octet + 1));
    bitmap[window_at + 1] = static_cast<std::uint8_t>(octet + 1);
    bitmap[window_at + 2 + octet] |= static_cast<std::uint8_t>(0x80 >> type.value() % 8);
  }
  return bitmap;
}

Result<dns::Ttl> denial_ttl(const dns::RRset& soa) {
  const auto parsed = dns::Soa::from_rdata(soa.rdata.front().octets());
  if (!parsed) {
    return Error{Errc::bad_input, "SOA: " + parsed.error().detail};
  }
  return std::min(soa.ttl, dns::Ttl::from_wire(std::min(parsed->minimum_s, dns::Ttl::seconds_max)));
}

dns::RRset nsec(const dns::Name& owner, dns::Ttl ttl, const dns::Name& next, ByteView bitmap) {
  const dns::Name lower = next.lowercased();
  Bytes octets;
  octets.reserve(lower.wire().size() + bitmap.size());
  octets.insert(octets.end(), lower.wire().begin(), lower.wire().end());
  octets.insert(octets.end(), bitmap.begin(), bitmap.end());
  return {owner, dns::RRType::nsec, ttl, {rdata_of(std::move(octets))}};
}

Nsec3Hash nsec3_hash(const dns::Name& name) {
  return sha1_of(name.lowercased().wire());
}

Result<dns::Name> nsec3_owner(const Nsec3Hash& hash, const dns::Name& apex) {
  auto owner = apex.lowercased().child(to_text(hash));
  if (!owner) {
    return Error{Errc::bad_input,
                 apex.to_text() + ": the zone's name is too long for NSEC3: a hash doesn't fit before it"};
  }
  return *owner;
}

std::optional<Nsec3Hash> hash_of_owner(const dns::Name& owner) {
  const auto wire = owner.wire();
  if (wire[0] != hash_text_size) {
    return std::nullopt;
  }
  Nsec3Hash hash{};
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t size = 0;
  for (const char c : as_text(wire.subspan(1, hash_text_size))) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const auto digit = base32hex.find(lower);
    if (digit == std::string_view::npos) {
      return std::nullopt;
    }
    bits = bits << 5 | static_cast<std::uint32_t>(digit);
    if ((count += 5) >= 8) {
      count -= 8;
      hash[size++] = static_cast<std::uint8_t>(bits >> count & 0xff);
    }
  }
  return hash;
}

dns::Rdata Nsec3::to_rdata() const {
  Bytes octets = nsec3_parameters(opt_out);
  octets.push_back(static_cast<std::uint8_t>(next.size()));
  octets.insert(octets.end(), next.begin(), next.end());
  octets.insert(octets.end(), bitmap.begin(), bitmap.end());
  return rdata_of(std::move(octets));
}

std::optional<Nsec3> Nsec3::from_rdata(ByteView rdata) {
  constexpr std::size_t fixed_octets = 6;  // algorithm, flags, iterations, salt length, hash length
  Nsec3 nsec3{};
  if (rdata.size() < fixed_octets + nsec3.next.size()) {
    return std::nullopt;
  }
  nsec3.opt_out = (rdata[1] & 1) != 0;
  const auto next = rdata.subspan(fixed_octets, nsec3.next.size());
  std::copy(next.begin(), next.end(), nsec3.next.begin());
  const auto bitmap = rdata.subspan(fixed_octets + nsec3.next.size());
  nsec3.bitmap.assign(bitmap.begin(), bitmap.end());
  return nsec3;
}

dns::RRset nsec3param(const dns::Name& apex, dns::Ttl ttl) {
  return {apex, dns::RRType::nsec3param, ttl, {rdata_of(nsec3_parameters(false))}};
}

}  // namespace minidns::dnssec
