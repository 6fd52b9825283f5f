#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "dns/snapshot/transfer.hpp"
#include "mdns/nameserver/reply.hpp"
#include "mdns/nameserver/request.hpp"
#include "tsig/tsig.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>

namespace minidns::mdns {

/// One message of a transfer as parts to be written in order: length (RFC 1035 §4.2.2), header and question, the answer
/// section in two, OPT, TSIG; some may be empty. They live until the next call of TransferMessages::next.
struct FramedMessage {
  std::array<ByteView, 6> parts;

  [[nodiscard]] std::span<const ByteView> without_length() const { return std::span(parts).subspan(1); }
  [[nodiscard]] std::size_t size_octets() const;
};

/// Frames the messages of one transfer: each with header and question as in the request (BIND wants IXFR answered as
/// IXFR, tried on 9.18), each signed (RFC 8945 §5.3.1), the first with OPT if the request had one (RFC 5936
/// §2.2.5). The zone's octets are not copied. Memory: a few hundred octets, whatever the zone's size.
class TransferMessages {
 public:
  TransferMessages(const Request& request, const ReplySettings& settings, std::unique_ptr<dns::TransferSource> source);

  /// Nothing after the last one.
  [[nodiscard]] std::optional<FramedMessage> next(WallTime now);

 private:
  void set_counts(std::uint16_t ancount, std::uint16_t arcount);

  std::unique_ptr<dns::TransferSource> source_;
  std::optional<tsig::AnswerSigner> signer_;
  std::array<std::uint8_t, 2> length_{};
  Bytes head_;       // header and question, for all messages
  Bytes opt_;        // empty: none
  Bytes signature_;  // of the present message
  bool first_ = true;
};

/// The octets of `parts` in one piece.
[[nodiscard]] Bytes join(std::span<const ByteView> parts);

}  // namespace minidns::mdns
