#pragma once

#include "base/bytes.hpp"
#include "mdns/nameserver/reply.hpp"
#include "mdns/zone_entry.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace minidns::mdns {

/// A query for SOA by UDP in its plainest form: one question in class IN, no TSIG, at most an OPT without options. This
/// is what a storm is made of; so it is recognised and answered without taking the message apart and without allocating
/// (the general way costs ten times as much). Points into the request.
struct PlainSoaQuery {
  ByteView question;  ///< with type and class
  std::optional<std::uint16_t> edns_udp_octets;
  bool dnssec_ok = false;

  /// In wire form.
  [[nodiscard]] ByteView name() const { return question.first(question.size() - 4); }
};

/// Nothing for any other request, be it good or bad.
[[nodiscard]] std::optional<PlainSoaQuery> as_plain_soa_query(ByteView request);

/// Room that is enough for every answer.
inline constexpr std::size_t plain_soa_answer_octets_max = 12 + 255 + 4 + 255 + 10 + 530 + 11;

/// Writes, octet for octet, what `answer_soa` gives, and returns its size; 0 if that would be a truncated answer. `to`
/// has plain_soa_answer_octets_max octets.
[[nodiscard]] std::size_t write_soa_answer(ByteView request, const PlainSoaQuery& query, const ZoneEntry& zone,
                                           const ReplySettings& settings, std::span<std::uint8_t> to);

}  // namespace minidns::mdns
