#include "mdns/nameserver/soa_query.hpp"

#include "dns/wire/embedded_names.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/writer.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace minidns::mdns {
namespace {

constexpr std::size_t question_fixed_octets = 4;  // QTYPE, QCLASS
constexpr std::array<std::uint8_t, question_fixed_octets> soa_in = {0, 6, 0, 1};
constexpr std::array<std::uint8_t, 3> opt_start = {0, 0, 41};  // the root, OPT
constexpr std::size_t udp_octets_without_edns = 512;           // RFC 1035 §4.2.1
constexpr std::uint8_t do_bit = 0x80;

std::uint16_t u16(ByteView octets, std::size_t at) {
  return static_cast<std::uint16_t>(octets[at] << 8U | octets[at + 1]);
}

/// Writes octets one after the other; room is the caller's business.
class Cursor {
 public:
  explicit Cursor(std::span<std::uint8_t> to) : to_(to) {}

  void put(ByteView octets) {
    std::copy(octets.begin(), octets.end(), to_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += octets.size();
  }
  void put_u16(std::size_t value) {
    to_[size_++] = static_cast<std::uint8_t>(value >> 8U);
    to_[size_++] = static_cast<std::uint8_t>(value & 0xffU);
  }
  void set_u16(std::size_t at, std::size_t value) {
    to_[at] = static_cast<std::uint8_t>(value >> 8U);
    to_[at + 1] = static_cast<std::uint8_t>(value & 0xffU);
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::span<std::uint8_t> to_;
  std::size_t size_ = 0;
};

/// Compresses as RecordRenderer does: against names written before, octets equal, never against the question.
class NameWriter {
 public:
  explicit NameWriter(Cursor& out) : out_(out) {}

  void put(ByteView wire) {
    std::size_t at = 0;
    for (; wire[at] != 0; at += 1 + std::size_t{wire[at]}) {
      if (const std::size_t offset = find(wire.subspan(at)); offset != 0) {
        note(wire, at);
        out_.put(wire.first(at));
        out_.put_u16(0xc000U | offset);
        return;
      }
    }
    note(wire, at);
    out_.put(wire);
  }

 private:
  /// A name as it was written: its labels before `pointed` stand at `offset`.
  struct Written {
    ByteView wire;
    std::size_t pointed;
    std::size_t offset;
  };

  void note(ByteView wire, std::size_t pointed) { written_[count_++] = {wire, pointed, out_.size()}; }

  /// Where the suffix stands; 0 if nowhere.
  [[nodiscard]] std::size_t find(ByteView suffix) const {
    for (std::size_t i = 0; i < count_; ++i) {
      const auto& [wire, pointed, offset] = written_[i];
      for (std::size_t at = 0; at < pointed; at += 1 + std::size_t{wire[at]}) {
        if (wire.size() - at == suffix.size() &&
            std::equal(suffix.begin(), suffix.end(), wire.begin() + static_cast<std::ptrdiff_t>(at))) {
          return offset + at;
        }
      }
    }
    return 0;
  }

  Cursor& out_;
  std::array<Written, 3> written_{};  // owner, MNAME, RNAME
  std::size_t count_ = 0;
};

void put_soa(Cursor& out, const ZoneEntry& zone) {
  NameWriter names(out);
  names.put(zone.name.wire());
  out.put_u16(dns::RRType::soa.value());
  out.put_u16(dns::class_in);
  out.put_u16(zone.soa->ttl.seconds() >> 16U);
  out.put_u16(zone.soa->ttl.seconds() & 0xffffU);
  out.put_u16(0);
  const std::size_t start = out.size();
  auto rdata = zone.soa->rdata.octets();
  for (int name = 0; name < 2; ++name) {
    const std::size_t size = dns::uncompressed_name_size(rdata).value();  // the zone's content was checked
    names.put(rdata.first(size));
    rdata = rdata.subspan(size);
  }
  out.put_u16(zone.serial.value() >> 16U);
  out.put_u16(zone.serial.value() & 0xffffU);
  out.put(rdata.subspan(4));
  out.set_u16(start - 2, out.size() - start);
}

}  // namespace

std::optional<PlainSoaQuery> as_plain_soa_query(ByteView request) {
  constexpr std::size_t smallest = dns::header_size_octets + 1 + question_fixed_octets;
  // QR and OPCODE 0; one question, no answer, no authority, perhaps one additional.
  if (request.size() < smallest || (request[2] & 0xf8U) != 0 || u16(request, 4) != 1 || u16(request, 6) != 0 ||
      u16(request, 8) != 0 || u16(request, 10) > 1) {
    return std::nullopt;
  }
  const auto body = request.subspan(dns::header_size_octets);
  const auto name_octets = dns::uncompressed_name_size(body);
  if (!name_octets || body.size() < *name_octets + question_fixed_octets ||
      !std::ranges::equal(body.subspan(*name_octets, question_fixed_octets), soa_in)) {
    return std::nullopt;
  }
  PlainSoaQuery query{body.first(*name_octets + question_fixed_octets), std::nullopt};
  const auto rest = body.subspan(query.question.size());
  if (u16(request, 10) == 0) {
    return rest.empty() ? std::optional(query) : std::nullopt;
  }
  // OPT (RFC 6891 §6.1.2), version 0, no options.
  if (rest.size() != dns::edns_size_octets || !std::ranges::equal(rest.first(opt_start.size()), opt_start) ||
      rest[6] != 0 || u16(rest, 9) != 0) {
    return std::nullopt;
  }
  query.edns_udp_octets = u16(rest, 3);
  query.dnssec_ok = (rest[7] & do_bit) != 0;
  return query;
}

std::size_t write_soa_answer(ByteView request, const PlainSoaQuery& query, const ZoneEntry& zone,
                             const ReplySettings& settings, std::span<std::uint8_t> to) {
  assert(to.size() >= plain_soa_answer_octets_max);
  constexpr std::size_t qr = 0x80;
  constexpr std::size_t aa = 0x04;
  constexpr std::size_t rd = 0x01;
  Cursor out(to);
  out.put(request.first(2));
  out.put_u16((qr | aa | (request[2] & rd)) << 8U);
  out.put_u16(1);
  out.put_u16(1);
  out.put_u16(0);
  out.put_u16(query.edns_udp_octets ? 1 : 0);
  out.put(query.question);
  put_soa(out, zone);
  std::size_t octets_max = udp_octets_without_edns;
  if (query.edns_udp_octets) {
    octets_max = std::clamp<std::size_t>(*query.edns_udp_octets, udp_octets_without_edns, settings.udp_octets_max);
    out.put(opt_start);
    out.put_u16(settings.udp_octets_max);
    out.put_u16(0);
    out.put_u16(query.dnssec_ok ? std::size_t{do_bit} << 8U : 0);
    out.put_u16(0);
  }
  return out.size() <= octets_max ? out.size() : 0;
}

}  // namespace minidns::mdns
