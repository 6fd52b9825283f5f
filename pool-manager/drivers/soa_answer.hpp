#pragma once

#include "base/bytes.hpp"
#include "dns/name.hpp"
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

/// A query for the SOA of `zone` (RFC 1035 §4.1), without recursion and EDNS.
[[nodiscard]] Bytes encode_soa_query(const dns::Name& zone, std::uint16_t id);

/// What a message says of the zone's serial; nothing if it isn't an answer to that question (RFC 5452 §4). Its ID is
/// for the caller to match.
[[nodiscard]] std::optional<SoaAnswer> decode_soa_answer(ByteView octets, const dns::Name& zone);

}  // namespace minidns::pool
