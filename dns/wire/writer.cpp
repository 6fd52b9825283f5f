#include "dns/wire/writer.hpp"

#include <cassert>

namespace minidns::dns {
namespace {

constexpr std::uint8_t tc_bit = 0x02;  // in octet 2

void append_u16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value & 0xff));
}

Bytes encode(const Header& header) {
  const auto bit = [](bool set, unsigned position) { return set ? 1U << position : 0U; };
  const unsigned flags = bit(header.qr, 15) | static_cast<unsigned>(header.opcode) << 11 | bit(header.aa, 10) |
                         bit(header.tc, 9) | bit(header.rd, 8) | bit(header.ra, 7) | bit(header.ad, 5) |
                         bit(header.cd, 4) | (header.rcode & 0xfU);
  Bytes out;
  out.reserve(header_size_octets);
  append_u16(out, header.id);
  append_u16(out, flags);
  out.resize(header_size_octets);  // the counts come later
  return out;
}

}  // namespace

MessageWriter::MessageWriter(std::size_t size_octets_max)
    : renderer_(0, size_octets_max), size_octets_max_(size_octets_max) {
  assert(size_octets_max >= udp_size_octets_min && size_octets_max <= message_size_octets_max);
}

void MessageWriter::header(const Header& header) {
  assert(renderer_.size() == 0);
  [[maybe_unused]] const bool fits = renderer_.append(encode(header));
  assert(fits);
}

void MessageWriter::question(const Question& question) {
  assert(renderer_.size() >= header_size_octets);
  const auto wire = question.name.wire();
  Bytes out(wire.begin(), wire.end());
  append_u16(out, question.type.value());
  append_u16(out, question.klass);
  // Two questions fit 512 octets only if short; nobody writes more than one.
  [[maybe_unused]] const bool fits = renderer_.append(out);
  assert(fits);
  ++question_count_;
}

bool MessageWriter::record(Section section, const Name& owner, RRType type, std::uint16_t klass, std::uint32_t ttl,
                           ByteView rdata) {
  if (!renderer_.record(owner, type, klass, ttl, rdata)) {
    return false;
  }
  ++counts_[static_cast<std::size_t>(section)];
  return true;
}

bool MessageWriter::rrset(Section section, const RRset& rrset) {
  if (!renderer_.rrset(rrset)) {
    return false;
  }
  auto& count = counts_[static_cast<std::size_t>(section)];
  count = static_cast<std::uint16_t>(count + rrset.rdata.size());
  return true;
}

void MessageWriter::edns(std::uint16_t udp_size_octets, bool dnssec_ok, std::uint8_t rcode_high,
                         std::span<const std::pair<std::uint16_t, Bytes>> options) {
  constexpr unsigned do_bit = 0x8000;
  Bytes out{0};  // the root
  append_u16(out, RRType::opt.value());
  append_u16(out, udp_size_octets);
  append_u16(out, std::size_t{rcode_high} << 8);  // our version is 0
  append_u16(out, dnssec_ok ? do_bit : 0);
  std::size_t options_size = 0;
  for (const auto& [code, value] : options) {
    options_size += 4 + value.size();
  }
  append_u16(out, options_size);
  for (const auto& [code, value] : options) {
    append_u16(out, code);
    append_u16(out, value.size());
    out.insert(out.end(), value.begin(), value.end());
  }
  renderer_.set_size_octets_max(size_octets_max_);
  [[maybe_unused]] const bool fits = renderer_.append(out);
  assert(fits);
  ++counts_[static_cast<std::size_t>(Section::additional)];
}

void MessageWriter::set_truncated() {
  renderer_.mutable_octets()[2] |= tc_bit;
}

void MessageWriter::set_rcode(std::uint8_t rcode) {
  auto& octet = renderer_.mutable_octets()[3];
  octet = static_cast<std::uint8_t>((octet & 0xf0U) | (rcode & 0x0fU));
}

std::size_t MessageWriter::size() const {
  return renderer_.size();
}

void MessageWriter::reserve(std::size_t octets) {
  reserved_octets_ = octets;
  assert(renderer_.size() + reserved_octets_ <= size_octets_max_);
  renderer_.set_size_octets_max(size_octets_max_ - reserved_octets_);
}

Bytes MessageWriter::finish() && {
  auto octets = renderer_.mutable_octets();
  const auto put = [&](std::size_t at, std::uint16_t value) {
    octets[at] = static_cast<std::uint8_t>(value >> 8);
    octets[at + 1] = static_cast<std::uint8_t>(value & 0xff);
  };
  put(4, question_count_);
  put(6, counts_[0]);
  put(8, counts_[1]);
  put(10, counts_[2]);
  return std::move(renderer_).take();
}

}  // namespace minidns::dns
