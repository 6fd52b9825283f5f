#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "dns/snapshot/transfer.hpp"
#include "mdns/nameserver/reply.hpp"
#include "mdns/nameserver/request.hpp"
#include "tsig/tsig.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace minidns::mdns {

/// Whole messages, each with its length before it (RFC 1035 §4.2.2), as parts to be written in order.
struct MessageBatch {
  std::span<const ByteView> parts;
  std::size_t size_octets = 0;
};

/// Frames the messages of one transfer: each with header and question as in the request (BIND wants IXFR answered as
/// IXFR, tried on 9.18), each signed (RFC 8945 §5.3.1), the first with OPT if the request had one (RFC 5936
/// §2.2.5). The zone's octets are not copied: the parts point into its chunks, and between them into a few kilobytes of
/// headers and TSIG records, which is all the memory of a transfer whatever the zone's size.
class TransferMessages {
 public:
  TransferMessages(const Request& request, const ReplySettings& settings, std::unique_ptr<dns::TransferSource> source);

  /// The next messages, for one system call; no parts after the last one. What it returns lives until the next call.
  [[nodiscard]] MessageBatch next(WallTime now);

  /// A batch ends at this size: enough that the system call's own cost is nothing beside copying, and small enough that
  /// what was just signed is still in the processor's cache when it is copied.
  static constexpr std::size_t batch_octets_max = 256 * 1024;
  /// Of many small messages no more: bounds the memory for headers and TSIG records.
  static constexpr std::size_t batch_messages_max = 32;
  /// Frame, chunk, closing SOA, OPT and TSIG; adjacent ones are joined. Asio hands at most 64 parts to the system.
  static constexpr std::size_t batch_parts_max = 64;

 private:
  [[nodiscard]] bool has_room() const;
  void add_message(const dns::TransferBody& body, WallTime now);
  [[nodiscard]] std::span<std::uint8_t> put(ByteView octets);
  void add_part(ByteView part);

  std::unique_ptr<dns::TransferSource> source_;
  std::optional<tsig::AnswerSigner> signer_;
  Bytes frame_;    ///< length, header and question, for all messages
  Bytes opt_;      ///< for the first message; empty: none
  Bytes scratch_;  ///< frames and TSIG records of the present batch; never grows beyond what is reserved
  std::vector<ByteView> parts_;
  std::size_t batch_octets_ = 0;
  bool first_ = true;
};

/// The octets of `parts` in one piece.
[[nodiscard]] Bytes join(std::span<const ByteView> parts);

}  // namespace minidns::mdns
