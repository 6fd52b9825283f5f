#pragma once

#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/snapshot/chunk.hpp"
#include "dns/wire/renderer.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace minidns::dns {

/// Renders RRsets into chunks, and keeps Chunk's rules of size: a chunk is closed when the next RRset doesn't fit, one
/// RRset that is larger than a chunk gets one of its own, or several. The SOA never stands alone in a chunk if anything
/// follows it, so that the first message of an answer to IXFR has more than the SOA (trials-dns.md 13).
class ChunkWriter {
 public:
  explicit ChunkWriter(Name apex);

  /// RRsets come in a snapshot's order and have passed `checked`.
  void add(const RRset& rrset);
  /// The next RRset starts a new chunk.
  void end_chunk();
  /// Of the chunk that is open.
  [[nodiscard]] std::size_t size_octets() const { return renderer_.size(); }
  /// Of the chunks that have ended since the last `take`.
  [[nodiscard]] std::size_t closed_octets() const { return closed_octets_; }
  /// Ends the open chunk and hands over all since the last call.
  [[nodiscard]] std::vector<ChunkPointer> take();

 private:
  [[nodiscard]] bool fits(const RRset& rrset);
  [[nodiscard]] bool has_only_soa() const;
  void add_large(const RRset& rrset);
  void note(const RRset& rrset, std::size_t offset, std::size_t records);

  Name apex_;
  RecordRenderer renderer_;
  std::vector<std::uint16_t> offsets_;  ///< of the open chunk
  std::size_t record_count_ = 0;
  struct First {
    OwnerKey owner;
    RRType type;
  };
  std::optional<First> first_;
  std::vector<ChunkPointer> closed_;
  std::size_t closed_octets_ = 0;
};

/// `rrsets` in as few chunks as they fit, of about equal size: then a chunk that was just split has room to grow.
[[nodiscard]] std::vector<ChunkPointer> render_evenly(const Name& apex, const std::vector<RRset>& rrsets);

}  // namespace minidns::dns
