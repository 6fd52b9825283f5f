#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "dns/wire/message.hpp"
#include "tsig/hmac.hpp"
#include "tsig/key.hpp"

#include <cstdint>

/// The octets of TSIG: the record itself and what a MAC covers. For this room's own files.
namespace minidns::tsig {

/// The fields of a TSIG record beside names and MAC (RFC 8945 §4.2).
struct Stamp {
  std::uint64_t time_signed_s;  ///< 48 bits
  std::uint16_t fudge_s;
  std::uint16_t original_id;
  std::uint16_t error;
  Bytes other;
};

/// Seconds since 1970, as the 48-bit fields have them; 0 before that.
[[nodiscard]] std::uint64_t unix_seconds(WallTime time);
/// 6 octets, big-endian: the form of a time in Other Data (RFC 8945 §4.2).
[[nodiscard]] Bytes encode_time(std::uint64_t seconds);
[[nodiscard]] std::uint64_t decode_time(ByteView six_octets);

/// The whole resource record, as it stands at the end of a message. Names uncompressed.
[[nodiscard]] Bytes encode_record(const dns::Name& key, const dns::Name& algorithm, const Stamp& stamp, ByteView mac);
/// Appends a record to the additional section: ARCOUNT is corrected. `message` has at least a header.
void append_record(Bytes& message, ByteView record);

/// The ID in a message's header; `octets` has at least 2.
[[nodiscard]] std::uint16_t message_id(ByteView octets);

/// RFC 8945 §4.3.1: the MAC before, with its length.
void add_prior_mac(Hmac::Computation& computation, ByteView mac);
/// RFC 8945 §4.3.2: a message as it was before its TSIG was added, with the original ID.
void add_message_before_tsig(Hmac::Computation& computation, ByteView octets, const dns::TsigRecord& tsig);
/// RFC 8945 §4.3.3: names in canonical form, class, TTL and the fields.
void add_variables(Hmac::Computation& computation, const dns::Name& key, const dns::Name& algorithm,
                   const Stamp& stamp);
/// RFC 8945 §5.3.1: time and fudge only, for the second and later messages of a sequence.
void add_timers(Hmac::Computation& computation, const Stamp& stamp);

[[nodiscard]] Stamp stamp_of(const dns::TsigRecord& tsig);
/// RFC 8945 §5.2.3: not further from `now` than the record's fudge.
[[nodiscard]] bool is_in_time(const dns::TsigRecord& tsig, WallTime now);

}  // namespace minidns::tsig
