#pragma once

#include "dns/snapshot/chunk_tree.hpp"
#include "dns/snapshot/zone_snapshot.hpp"

namespace minidns::dns {

/// Walks over a snapshot's RRsets: the SOA, then canonical order of owners and, at one owner, types by number. The
/// snapshot must outlive it.
class SnapshotCursor {
 public:
  /// At the SOA.
  explicit SnapshotCursor(const ZoneSnapshot& snapshot) : SnapshotCursor(snapshot.tree()) {}
  explicit SnapshotCursor(const ChunkTree& tree);
  /// At the first RRset that is not before (`owner`, `type`). `owner` are the octets of an OwnerKey.
  SnapshotCursor(const ChunkTree& tree, ByteView owner, RRType type);

  [[nodiscard]] bool at_end() const { return position_ == tree_->end(); }
  void next();

  // Not at the end:
  [[nodiscard]] RRType type() const { return chunk().type(rrset_); }
  [[nodiscard]] Name owner() const { return chunk().owner(rrset_); }
  /// Writes the OwnerKey and returns its size.
  [[nodiscard]] std::size_t owner_key(std::span<std::uint8_t, owner_key_octets_max> key) const {
    return chunk().owner_key(rrset_, key);
  }
  [[nodiscard]] bool is_at(ByteView owner, RRType type) const;
  /// Whether the owner is `ancestor` or below it.
  [[nodiscard]] bool is_at_or_below(ByteView ancestor) const;
  /// All of it, joined if it lies in pieces.
  [[nodiscard]] RRset rrset() const;

  // For `diff`, which skips what two snapshots share.
  [[nodiscard]] bool starts_chunk() const { return rrset_ == 0; }
  [[nodiscard]] ChunkTree::Position position() const { return position_; }
  [[nodiscard]] const ChunkTree& tree() const { return *tree_; }
  /// To the start of the chunk at `position`.
  void move_to(ChunkTree::Position position);

 private:
  [[nodiscard]] const Chunk& chunk() const { return *tree_->at(position_); }
  void append_pieces(RRset& rrset) const;
  [[nodiscard]] bool starts_with(ChunkTree::Position position, ByteView owner, RRType type) const;

  const ChunkTree* tree_;
  ChunkTree::Position position_;
  std::size_t rrset_ = 0;
};

}  // namespace minidns::dns
