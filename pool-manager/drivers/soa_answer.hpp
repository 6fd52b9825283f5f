#pragma once

#include "base/bytes.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/serial.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace minidns::pool {

/// Why a nameserver's answer has no serial.
enum class SoaFailure {
  timeout,            ///< no answer to any try
  refused,            ///< REFUSED or NOTAUTH: it doesn't have the zone, or hides it from us
  not_authoritative,  ///< an answer without AA
  no_such_name,       ///< NXDOMAIN
  servfail,           ///< it has the zone but no content, or that has expired
  bad_answer,         ///< another RCODE, or an answer that holds no SOA of the zone
  unreachable,        ///< the query can't be sent
};

[[nodiscard]] std::string_view to_text(SoaFailure failure);

using SoaAnswer = std::variant<dns::Serial, SoaFailure>;

/// When a signature is good: seconds since 1970 modulo 2^32, compared by RFC 1982 (RFC 4034 §3.1.5).
struct SignatureTimes {
  std::uint32_t inception_s;
  std::uint32_t expiration_s;
  friend bool operator==(const SignatureTimes&, const SignatureTimes&) = default;
};

/// What an RRSIG says (RFC 4034 §3.1), but for the signature itself.
struct Signature {
  dns::RRType covered;
  SignatureTimes times;
};
/// Nothing if the octets are too few.
[[nodiscard]] std::optional<Signature> read_signature(ByteView rdata);
/// By their ends.
[[nodiscard]] bool ends_before(const SignatureTimes& a, const SignatureTimes& b);

/// The answer to a question with DO.
struct SignedSoaAnswer {
  SoaAnswer soa;
  /// Of the SOA's RRSIGs that which ends first; nothing: there is none in the answer.
  std::optional<SignatureTimes> signature = std::nullopt;
  bool is_truncated = false;  ///< something may be missing
};

enum class SoaQuestion {
  plain,          ///< without EDNS
  with_signature  ///< EDNS with DO (RFC 3225), answers of at most 1232 octets
};

/// A query for the SOA of `zone` (RFC 1035 §4.1), without recursion.
[[nodiscard]] Bytes encode_soa_query(const dns::Name& zone, std::uint16_t id, SoaQuestion kind = SoaQuestion::plain);

/// What a message says of the zone's serial; nothing if it isn't an answer to that question (RFC 5452 §4). Its ID is
/// for the caller to match.
[[nodiscard]] std::optional<SoaAnswer> decode_soa_answer(ByteView octets, const dns::Name& zone);
/// The same, with the signature.
[[nodiscard]] std::optional<SignedSoaAnswer> decode_signed_soa_answer(ByteView octets, const dns::Name& zone);

}  // namespace minidns::pool
