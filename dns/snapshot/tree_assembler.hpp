#pragma once

#include "dns/snapshot/chunk_tree.hpp"

#include <vector>

namespace minidns::dns {

/// Puts a tree together from left to right, from chunks and from nodes of another tree, which it shares where it can.
class TreeAssembler {
 public:
  void append(ChunkPointer chunk);
  void append(std::vector<ChunkPointer> chunks);
  void share(const ChunkTree::NodePointer& node);

  /// The chunk appended last, or null.
  [[nodiscard]] ChunkPointer last() const;
  /// Takes it back; there must be one.
  void remove_last();

  /// At least one chunk must have been appended.
  [[nodiscard]] ChunkTree finish() &&;

 private:
  void close();
  void emit(std::size_t count);

  std::vector<ChunkTree::NodePointer> nodes_;
  std::vector<ChunkPointer> open_;  ///< less than two nodes' worth
};

}  // namespace minidns::dns
