#pragma once

#include "dns/snapshot/transfer.hpp"
#include "dns/snapshot/zone_snapshot.hpp"

#include <memory>

namespace minidns::dns {

/// A full transfer (RFC 5936 §2.2), also as the answer to an IXFR question (RFC 1995 §4): one message per chunk, no
/// copy. The SOA is appended to the last one, its owner in full, or gets a message of its own if it doesn't fit. The
/// first message never holds the SOA alone unless the whole zone is nothing else. Keeps the snapshot alive.
class AxfrSource : public TransferSource {
 public:
  explicit AxfrSource(std::shared_ptr<const ZoneSnapshot> snapshot);

  [[nodiscard]] std::optional<TransferBody> next() override;
  [[nodiscard]] const ZoneSnapshot& snapshot() const { return *snapshot_; }

 private:
  enum class Step { chunks, closing, done };
  [[nodiscard]] TransferBody next_chunk();

  std::shared_ptr<const ZoneSnapshot> snapshot_;
  Bytes closing_soa_;
  ChunkTree::Position position_;
  Step step_ = Step::chunks;
};

}  // namespace minidns::dns
