#include "dns/soa.hpp"

#include "dns/wire/reader.hpp"

#include <cassert>

namespace minidns::dns {
namespace {

constexpr std::size_t fixed_size_octets = 20;  // serial and the four times end the RDATA
[[maybe_unused]] constexpr std::size_t size_octets_min = 2 + fixed_size_octets;  // two root names before them

void append_u32(Bytes& out, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

void append(Bytes& out, ByteView octets) {
  out.insert(out.end(), octets.begin(), octets.end());
}

Error in_field(const char* field, const Error& error) {
  return {error.code, std::string(field) + ": " + error.detail};
}

}  // namespace

Result<Soa> Soa::from_rdata(ByteView rdata) {
  Reader reader(rdata);
  auto mname = reader.uncompressed_name();
  if (!mname) {
    return in_field("SOA MNAME", mname.error());
  }
  auto rname = reader.uncompressed_name();
  if (!rname) {
    return in_field("SOA RNAME", rname.error());
  }
  if (reader.remaining() != fixed_size_octets) {
    return Error{Errc::bad_rdata, "SOA: 20 octets must follow the names"};
  }
  // The length was checked: these reads can't fail.
  const std::uint32_t serial = *reader.u32();
  const std::uint32_t refresh = *reader.u32();
  const std::uint32_t retry = *reader.u32();
  const std::uint32_t expire = *reader.u32();
  const std::uint32_t minimum = *reader.u32();
  return Soa{std::move(*mname), std::move(*rname), Serial(serial), refresh, retry, expire, minimum};
}

Rdata Soa::to_rdata() const {
  Bytes out;
  out.reserve(mname.wire().size() + rname.wire().size() + fixed_size_octets);
  append(out, mname.wire());
  append(out, rname.wire());
  for (const std::uint32_t value : {serial.value(), refresh_s, retry_s, expire_s, minimum_s}) {
    append_u32(out, value);
  }
  return *Rdata::from_octets(std::move(out));  // at most 530 octets
}

Result<Name> rname_of_email(std::string_view email) {
  const auto at = email.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == email.size()) {
    return Error{Errc::bad_value, "the mail address must have the form local@domain"};
  }
  const auto local = email.substr(0, at);
  for (const char c : local) {
    if (c <= ' ' || c > 126 || c == '@') {
      return Error{Errc::bad_value, "the mail address has a character that is not allowed before the @"};
    }
  }
  std::string domain(email.substr(at + 1));
  if (domain.back() != '.') {
    domain.push_back('.');
  }
  const auto host = Name::from_text(domain);
  if (!host) {
    return in_field("the mail address's domain", host.error());
  }
  if (host->is_root()) {
    return Error{Errc::bad_value, "the mail address must have the form local@domain"};
  }
  auto rname = host->child(local);
  if (!rname) {
    return in_field("the mail address", rname.error());
  }
  return rname;
}

Rdata with_serial(const Rdata& soa, Serial serial) {
  const auto octets = soa.octets();
  assert(octets.size() >= size_octets_min);
  Bytes out(octets.begin(), octets.end());
  const std::size_t at = out.size() - fixed_size_octets;
  for (std::size_t i = 0; i < 4; ++i) {
    out[at + i] = static_cast<std::uint8_t>(serial.value() >> (24 - 8 * i));
  }
  return *Rdata::from_octets(std::move(out));  // no longer than before
}

Serial serial_of(const Rdata& soa) {
  const auto octets = soa.octets();
  assert(octets.size() >= size_octets_min);
  Reader reader(octets.subspan(octets.size() - fixed_size_octets));
  return Serial(*reader.u32());
}

}  // namespace minidns::dns
