#pragma once

#include "base/bytes.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/rrset.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace minidns::dns {

/// 4 bits (RFC 1035 §4.1.1, IANA DNS OpCodes).
enum class Opcode : std::uint8_t { query = 0, iquery = 1, status = 2, notify = 4, update = 5, dso = 6 };

/// 12 bits with EDNS's upper 8; values from IANA DNS RCODEs. Open: any value may come from outside.
enum class Rcode : std::uint16_t {
  noerror = 0,
  formerr = 1,
  servfail = 2,
  nxdomain = 3,
  notimp = 4,
  refused = 5,
  yxdomain = 6,  ///< what a DNAME makes is too long a name (RFC 6672 §2.2)
  notauth = 9,
  notzone = 10,
  badvers = 16,
};

/// TSIG's own error field (RFC 8945 §3).
enum class TsigErrc : std::uint16_t { noerror = 0, badsig = 16, badkey = 17, badtime = 18, badtrunc = 22 };

inline constexpr std::uint16_t class_in = 1;
inline constexpr std::size_t header_size_octets = 12;
inline constexpr std::size_t message_size_octets_max = 65'535;
inline constexpr std::uint16_t udp_size_octets_min = 512;  ///< every peer takes that many (RFC 1035 §4.2.1)
/// What the names and RDATA of one message may come to when expanded: 16 times the largest message. No zone's data
/// compresses that well; a message made of pointers to one name of 255 octets does.
inline constexpr std::size_t message_expanded_octets_max = 1 << 20;
inline constexpr std::uint16_t edns_option_nsid = 3;            ///< RFC 5001
inline constexpr std::uint16_t edns_option_cookie = 10;         ///< RFC 7873
inline constexpr std::uint16_t edns_option_tcp_keepalive = 11;  ///< RFC 7828

struct Header {
  std::uint16_t id = 0;
  Opcode opcode = Opcode::query;
  bool qr = false, aa = false, tc = false, rd = false, ra = false, ad = false, cd = false;
  std::uint8_t rcode = 0;  ///< lower 4 bits
  std::uint16_t qdcount = 0, ancount = 0, nscount = 0, arcount = 0;
};

struct Question {
  Name name;
  RRType type;
  std::uint16_t klass;
};

/// A record of a message, RDATA with its compressed names expanded for the types that may have them (RFC 3597 §4).
struct Record {
  Name owner;
  RRType type;
  std::uint16_t klass;
  std::uint32_t ttl;  ///< as it came
  Bytes rdata;
};

/// The OPT record, read (RFC 6891).
struct Edns {
  std::uint16_t udp_size_octets = udp_size_octets_min;  ///< never less
  std::uint8_t version = 0;
  std::uint8_t rcode_high = 0;  ///< upper 8 bits of an answer's RCODE
  bool dnssec_ok = false;
  bool nsid = false;            ///< option 3 was asked for
  bool tcp_keepalive = false;   ///< option 11 was asked for
  std::optional<Bytes> cookie;  ///< option 10 as it came
};

/// Where a TSIG record starts in the octets of a message, and its fields (RFC 8945 §4.2).
struct TsigRecord {
  std::size_t offset;  ///< of the owner name
  Name key;
  Name algorithm;
  std::uint64_t time_signed_s;  ///< 48 bits
  std::uint16_t fudge_s;
  Bytes mac;
  std::uint16_t original_id;
  std::uint16_t error;
  Bytes other;
};

/// A whole message, parsed. Limits: 65,535 octets, `message_expanded_octets_max`, and no more records than fit.
struct Message {
  Header header;
  std::vector<Question> question;
  std::vector<Record> answer, authority, additional;  ///< additional without OPT and TSIG
  std::optional<Edns> edns;
  std::optional<TsigRecord> tsig;
};

/// Reads a message as RFC 1035 §4 says, all octets used; time and memory are linear in its size. Errors: truncated,
/// trailing_octets, bad_pointer (forward, looping), bad_rdata (a name runs over the end of its RDATA), too_large, and
/// bad_message: two OPT or OPT outside additional (RFC 6891 §6.1.1), TSIG that isn't the last record (RFC 8945 §5.1),
/// malformed OPT or TSIG. All of them mean FORMERR. Counts, opcode and flags are the caller's to judge.
///
/// **Limitations**: RDATA of other types than `expandable_names` isn't looked at (`check_rdata` does that); of the EDNS
/// options only NSID and COOKIE are kept.
[[nodiscard]] Result<Message> parse_message(ByteView octets);
/// Only the header, for an answer to what can't be parsed; nothing if shorter than 12 octets.
[[nodiscard]] std::optional<Header> parse_header(ByteView octets);

}  // namespace minidns::dns
