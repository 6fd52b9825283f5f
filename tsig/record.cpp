#include "tsig/record.hpp"

#include <array>
#include <cassert>
#include <chrono>

namespace minidns::tsig {
namespace {

constexpr std::uint16_t class_any = 255;
constexpr std::size_t arcount_offset = 10;

void put_u16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put_u48(Bytes& out, std::uint64_t value) {
  for (int shift = 40; shift >= 0; shift -= 8) {
    out.push_back(static_cast<std::uint8_t>(value >> shift));
  }
}

void put(Bytes& out, ByteView octets) {
  out.insert(out.end(), octets.begin(), octets.end());
}

void put_class_and_ttl(Bytes& out) {
  put_u16(out, class_any);
  out.insert(out.end(), 4, 0);  // TTL 0
}

}  // namespace

std::uint64_t unix_seconds(WallTime time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
  return seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds) & 0xffff'ffff'ffff;
}

Bytes encode_time(std::uint64_t seconds) {
  Bytes out;
  put_u48(out, seconds);
  return out;
}

std::uint64_t decode_time(ByteView six_octets) {
  std::uint64_t seconds = 0;
  for (const std::uint8_t octet : six_octets) {
    seconds = seconds << 8 | octet;
  }
  return seconds;
}

Bytes encode_record(const dns::Name& key, const dns::Name& algorithm, const Stamp& stamp, ByteView mac) {
  Bytes rdata;
  rdata.reserve(algorithm.wire().size() + 16 + mac.size() + stamp.other.size());
  put(rdata, algorithm.wire());
  put_u48(rdata, stamp.time_signed_s);
  put_u16(rdata, stamp.fudge_s);
  put_u16(rdata, mac.size());
  put(rdata, mac);
  put_u16(rdata, stamp.original_id);
  put_u16(rdata, stamp.error);
  put_u16(rdata, stamp.other.size());
  put(rdata, stamp.other);

  Bytes record;
  record.reserve(key.wire().size() + 10 + rdata.size());
  put(record, key.wire());
  put_u16(record, dns::RRType::tsig.value());
  put_class_and_ttl(record);
  put_u16(record, rdata.size());
  put(record, rdata);
  return record;
}

void append_record(Bytes& message, ByteView record) {
  assert(message.size() >= dns::header_size_octets);
  put(message, record);
  std::uint8_t& low = message[arcount_offset + 1];
  if (++low == 0) {
    ++message[arcount_offset];
  }
}

std::uint16_t message_id(ByteView octets) {
  assert(octets.size() >= 2);
  return static_cast<std::uint16_t>(octets[0] << 8 | octets[1]);
}

void add_prior_mac(Hmac::Computation& computation, ByteView mac) {
  const std::array<std::uint8_t, 2> size = {static_cast<std::uint8_t>(mac.size() >> 8),
                                            static_cast<std::uint8_t>(mac.size())};
  computation.add(size);
  computation.add(mac);
}

void add_message_before_tsig(Hmac::Computation& computation, ByteView octets, const dns::TsigRecord& tsig) {
  assert(tsig.offset >= dns::header_size_octets && tsig.offset <= octets.size());
  std::array<std::uint8_t, dns::header_size_octets> header{};
  std::copy_n(octets.begin(), header.size(), header.begin());
  header[0] = static_cast<std::uint8_t>(tsig.original_id >> 8);
  header[1] = static_cast<std::uint8_t>(tsig.original_id);
  if (header[arcount_offset + 1]-- == 0) {
    --header[arcount_offset];
  }
  computation.add(header);
  computation.add(octets.subspan(header.size(), tsig.offset - header.size()));
}

void add_variables(Hmac::Computation& computation, const dns::Name& key, const dns::Name& algorithm,
                   const Stamp& stamp) {
  Bytes variables;
  put(variables, key.lowercased().wire());
  put_class_and_ttl(variables);
  put(variables, algorithm.lowercased().wire());
  put_u48(variables, stamp.time_signed_s);
  put_u16(variables, stamp.fudge_s);
  put_u16(variables, stamp.error);
  put_u16(variables, stamp.other.size());
  put(variables, stamp.other);
  computation.add(variables);
}

void add_timers(Hmac::Computation& computation, const Stamp& stamp) {
  Bytes timers;
  put_u48(timers, stamp.time_signed_s);
  put_u16(timers, stamp.fudge_s);
  computation.add(timers);
}

Stamp stamp_of(const dns::TsigRecord& tsig) {
  return Stamp{tsig.time_signed_s, tsig.fudge_s, tsig.original_id, tsig.error, tsig.other};
}

bool is_in_time(const dns::TsigRecord& tsig, WallTime now) {
  const std::uint64_t ours = unix_seconds(now);
  const std::uint64_t theirs = tsig.time_signed_s;
  return (ours > theirs ? ours - theirs : theirs - ours) <= tsig.fudge_s;
}

}  // namespace minidns::tsig
