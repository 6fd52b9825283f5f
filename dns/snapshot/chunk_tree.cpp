#include "dns/snapshot/chunk_tree.hpp"

#include "dns/snapshot/allocation.hpp"

#include <algorithm>
#include <cassert>

namespace minidns::dns {
namespace {

bool starts_before(const Chunk& chunk, ByteView owner, std::uint16_t rank) {
  const int order = as_text(chunk.first_owner().octets()).compare(as_text(owner));
  return order != 0 ? order < 0 : Chunk::rank(chunk.first_type()) < rank;
}

}  // namespace

ChunkTotals& ChunkTotals::operator+=(const ChunkTotals& other) {
  chunks += other.chunks;
  rrsets += other.rrsets;
  records += other.records;
  octets += other.octets;
  memory_octets += other.memory_octets;
  return *this;
}

ChunkTree::Node::Node(std::vector<ChunkPointer> chunks) : chunks_(std::move(chunks)) {
  assert(!chunks_.empty() && chunks_.size() <= chunks_max);
  totals_.memory_octets = shared_octets(sizeof(Node)) + heap_octets(chunks_.capacity() * sizeof(ChunkPointer));
  for (const auto& chunk : chunks_) {
    totals_ += {.chunks = 1,
                .rrsets = chunk->rrset_count(),
                .records = chunk->record_count(),
                .octets = chunk->octets().size(),
                .memory_octets = chunk->memory_octets()};
  }
}

ChunkTree::ChunkTree(std::vector<NodePointer> nodes) : nodes_(std::move(nodes)) {
  assert(!nodes_.empty());
  totals_.memory_octets = heap_octets(nodes_.capacity() * sizeof(NodePointer));
  for (const auto& node : nodes_) {
    totals_ += node->totals();
  }
}

ChunkTree::Position ChunkTree::next(Position position) const {
  if (position.slot + 1 < nodes_[position.node]->chunks().size()) {
    return {position.node, position.slot + 1};
  }
  return {position.node + 1, 0};
}

ChunkTree::Position ChunkTree::seek(ByteView owner, RRType type) const {
  const std::uint16_t rank = Chunk::rank(type);
  const auto node =
      std::partition_point(nodes_.begin() + 1, nodes_.end(),
                           [&](const NodePointer& n) { return starts_before(*n->chunks().front(), owner, rank); }) -
      1;
  const auto& chunks = (*node)->chunks();
  const auto chunk = std::partition_point(chunks.begin() + 1, chunks.end(),
                                          [&](const ChunkPointer& c) { return starts_before(*c, owner, rank); }) -
                     1;
  return {static_cast<std::size_t>(node - nodes_.begin()), static_cast<std::size_t>(chunk - chunks.begin())};
}

}  // namespace minidns::dns
