#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace minidns::dns {

/// The answer section of one message of a transfer, to be written as it is (scatter-gather) after a header and a
/// question for the zone's apex. Its names point into itself only if the section begins at Chunk::base_offset(apex), so
/// the question must be there, in every message.
struct TransferBody {
  std::array<ByteView, 2> parts;  ///< the second may be empty
  std::uint16_t ancount = 0;

  [[nodiscard]] std::size_t size_octets() const { return parts[0].size() + parts[1].size(); }
};

/// The messages of a transfer one after the other; never an empty one, at most Chunk::size_octets_max octets each, so
/// that OPT and TSIG fit. What the views point to lives as long as the source.
class TransferSource {
 public:
  TransferSource() = default;
  virtual ~TransferSource() = default;
  TransferSource(const TransferSource&) = delete;
  TransferSource& operator=(const TransferSource&) = delete;

  /// Nothing after the last one.
  [[nodiscard]] virtual std::optional<TransferBody> next() = 0;
};

}  // namespace minidns::dns
