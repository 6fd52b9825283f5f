#pragma once

#include "base/clock.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/writer.hpp"
#include "tsig/tsig.hpp"

#include <chrono>
#include <memory>
#include <string_view>

namespace minidns::tsig::test {

inline dns::Name name(std::string_view text) {
  return dns::Name::from_text(text).value();
}

inline std::shared_ptr<const Key> make_key(std::string_view key_name = "xfr.",
                                           Algorithm algorithm = Algorithm::hmac_sha256,
                                           std::string_view secret = "a secret of some octets") {
  const ByteView octets = as_bytes(secret);
  return std::make_shared<const Key>(Key{name(key_name), algorithm, Secret(Bytes(octets.begin(), octets.end()))});
}

inline KeyLookup only(std::shared_ptr<const Key> key) {
  return [key](const dns::Name& wanted) { return wanted == key->name ? key : nullptr; };
}

inline WallTime at(std::int64_t seconds) {
  return WallTime(std::chrono::seconds(seconds));
}
inline const WallTime now = at(1'800'000'000);
inline WallTime later(std::int64_t seconds) {
  return now + std::chrono::seconds(seconds);
}

/// A question, or an answer without records.
inline Bytes message(std::uint16_t id, bool is_answer, std::string_view zone = "example.org.",
                     dns::RRType type = dns::RRType::soa) {
  dns::MessageWriter writer(dns::message_size_octets_max);
  dns::Header header;
  header.id = id;
  header.qr = is_answer;
  writer.header(header);
  writer.question(dns::Question{name(zone), type, dns::class_in});
  return std::move(writer).finish();
}
inline Bytes query(std::uint16_t id = 4711) {
  return message(id, false);
}
inline Bytes answer(std::uint16_t id = 4711) {
  return message(id, true);
}

inline dns::Message parsed(ByteView octets) {
  return dns::parse_message(octets).value();
}

inline Bytes signed_query(const std::shared_ptr<const Key>& key, WallTime when = now, std::uint16_t id = 4711) {
  Bytes request = query(id);
  const ClientTransaction transaction(request, key, when);
  return request;
}

inline std::variant<Verified, Failure> verify(ByteView octets, const KeyLookup& keys, WallTime when = now) {
  return verify_request(octets, parsed(octets), keys, when);
}

/// The message with another TSIG record: what a peer of our own making may send. MAC and fields as given.
struct TsigFields {
  dns::Name key = name("xfr.");
  dns::Name algorithm = name("hmac-sha256.");
  std::uint64_t time_signed_s = 1'800'000'000;
  std::uint16_t fudge_s = 300;
  Bytes mac = {};
  std::uint16_t original_id = 4711;
  std::uint16_t error = 0;
  Bytes other = {};
};
Bytes with_tsig(Bytes unsigned_message, const TsigFields& fields);
/// `message` without its TSIG record.
Bytes without_tsig(ByteView octets);
TsigFields fields_of(ByteView octets);

}  // namespace minidns::tsig::test
