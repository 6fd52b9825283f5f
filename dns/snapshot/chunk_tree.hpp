#pragma once

#include "dns/snapshot/chunk.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace minidns::dns {

/// What a subtree holds.
struct ChunkTotals {
  std::size_t chunks = 0;
  std::size_t rrsets = 0;  ///< an RRset in several pieces counts for each
  std::size_t records = 0;
  std::size_t octets = 0;         ///< as sent
  std::size_t memory_octets = 0;  ///< as held

  ChunkTotals& operator+=(const ChunkTotals& other);
};

/// The persistent tree of a snapshot's chunks: root → inner nodes → chunks. Two levels are enough: with 16 KB chunks a
/// root of 1000 nodes holds 2 to 4 GB, and copying it costs some microseconds.
class ChunkTree {
 public:
  /// An immutable run of 1 to `chunks_max` chunks.
  class Node {
   public:
    static constexpr std::size_t chunks_max = 256;
    /// A node that a change left below this is joined with a neighbour.
    static constexpr std::size_t chunks_merge = 64;

    explicit Node(std::vector<ChunkPointer> chunks);
    [[nodiscard]] const std::vector<ChunkPointer>& chunks() const { return chunks_; }
    [[nodiscard]] const ChunkTotals& totals() const { return totals_; }

   private:
    std::vector<ChunkPointer> chunks_;
    ChunkTotals totals_;
  };
  using NodePointer = std::shared_ptr<const Node>;

  /// A place of a chunk, or the end.
  struct Position {
    std::size_t node = 0;
    std::size_t slot = 0;
    friend bool operator==(const Position&, const Position&) = default;
  };

  explicit ChunkTree(std::vector<NodePointer> nodes);

  [[nodiscard]] const std::vector<NodePointer>& nodes() const { return nodes_; }
  [[nodiscard]] const ChunkTotals& totals() const { return totals_; }

  [[nodiscard]] Position end() const { return {nodes_.size(), 0}; }
  [[nodiscard]] const ChunkPointer& at(Position position) const {
    return nodes_[position.node]->chunks()[position.slot];
  }
  [[nodiscard]] Position next(Position position) const;

  /// The last chunk whose first RRset is before (`owner`, `type`), or the first chunk: what is at or after that key
  /// starts there or in the chunk after it. `owner` are the octets of an OwnerKey.
  [[nodiscard]] Position seek(ByteView owner, RRType type) const;

 private:
  std::vector<NodePointer> nodes_;
  ChunkTotals totals_;
};

}  // namespace minidns::dns
