#include "dns/snapshot/tree_assembler.hpp"

#include <cassert>
#include <utility>

namespace minidns::dns {

using Node = ChunkTree::Node;

void TreeAssembler::append(ChunkPointer chunk) {
  open_.push_back(std::move(chunk));
  if (open_.size() == 2 * Node::chunks_max) {
    emit(Node::chunks_max);
  }
}

void TreeAssembler::append(std::vector<ChunkPointer> chunks) {
  for (auto& chunk : chunks) {
    append(std::move(chunk));
  }
}

void TreeAssembler::share(const ChunkTree::NodePointer& node) {
  if (!open_.empty() && open_.size() < Node::chunks_merge) {
    append(node->chunks());
    return;
  }
  close();
  nodes_.push_back(node);
}

ChunkPointer TreeAssembler::last() const {
  if (!open_.empty()) {
    return open_.back();
  }
  return nodes_.empty() ? nullptr : nodes_.back()->chunks().back();
}

void TreeAssembler::remove_last() {
  if (open_.empty()) {
    assert(!nodes_.empty());
    open_ = nodes_.back()->chunks();
    nodes_.pop_back();
  }
  open_.pop_back();
}

ChunkTree TreeAssembler::finish() && {
  if (!open_.empty() && open_.size() < Node::chunks_merge && !nodes_.empty()) {
    auto chunks = nodes_.back()->chunks();
    nodes_.pop_back();
    append(std::exchange(open_, std::move(chunks)));
  }
  close();
  return ChunkTree(std::vector<ChunkTree::NodePointer>(nodes_.begin(), nodes_.end()));
}

void TreeAssembler::close() {
  if (open_.size() > Node::chunks_max) {
    emit(open_.size() / 2);
  }
  if (!open_.empty()) {
    emit(open_.size());
  }
}

void TreeAssembler::emit(std::size_t count) {
  const auto end = open_.begin() + static_cast<std::ptrdiff_t>(count);
  nodes_.push_back(std::make_shared<const Node>(std::vector<ChunkPointer>(open_.begin(), end)));
  open_.erase(open_.begin(), end);
}

}  // namespace minidns::dns
