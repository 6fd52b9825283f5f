#include "dns/snapshot/cursor.hpp"

#include <algorithm>
#include <array>

namespace minidns::dns {

SnapshotCursor::SnapshotCursor(const ChunkTree& tree) : tree_(&tree) {}

SnapshotCursor::SnapshotCursor(const ChunkTree& tree, ByteView owner, RRType type)
    : tree_(&tree), position_(tree.seek(owner, type)), rrset_(chunk().lower_bound(owner, type)) {
  if (rrset_ == chunk().rrset_count()) {
    move_to(tree.next(position_));
  }
}

void SnapshotCursor::next() {
  if (rrset_ + 1 < chunk().rrset_count()) {
    ++rrset_;
    return;
  }
  // Past the pieces of the RRset that ends this chunk: each is the first of its chunk.
  ChunkTree::Position position = tree_->next(position_);
  const RRType last_type = type();
  std::array<std::uint8_t, owner_key_octets_max> key;
  const ByteView last_owner(key.data(), owner_key(key));
  while (position != tree_->end() && starts_with(position, last_owner, last_type)) {
    if (tree_->at(position)->rrset_count() > 1) {
      position_ = position;
      rrset_ = 1;
      return;
    }
    position = tree_->next(position);
  }
  move_to(position);
}

bool SnapshotCursor::is_at(ByteView owner, RRType type) const {
  if (at_end() || this->type() != type) {
    return false;
  }
  std::array<std::uint8_t, owner_key_octets_max> key;
  return std::ranges::equal(ByteView(key.data(), owner_key(key)), owner);
}

bool SnapshotCursor::is_at_or_below(ByteView ancestor) const {
  if (at_end()) {
    return false;
  }
  std::array<std::uint8_t, owner_key_octets_max> key;
  const std::size_t size = owner_key(key);
  return size >= ancestor.size() && std::equal(ancestor.begin(), ancestor.end(), key.begin());
}

RRset SnapshotCursor::rrset() const {
  RRset rrset = chunk().rrset(rrset_);
  if (rrset_ + 1 == chunk().rrset_count()) {
    append_pieces(rrset);
  }
  return rrset;
}

void SnapshotCursor::append_pieces(RRset& rrset) const {
  ChunkTree::Position position = tree_->next(position_);
  if (position == tree_->end() || tree_->at(position)->first_type() != rrset.type) {
    return;  // the common case, without decoding a name
  }
  std::array<std::uint8_t, owner_key_octets_max> key;
  const ByteView owner(key.data(), owner_key(key));
  while (position != tree_->end() && starts_with(position, owner, rrset.type)) {
    tree_->at(position)->append_records(0, rrset);
    position = tree_->next(position);
  }
}

bool SnapshotCursor::starts_with(ChunkTree::Position position, ByteView owner, RRType type) const {
  const Chunk& other = *tree_->at(position);
  return other.first_type() == type && std::ranges::equal(other.first_owner().octets(), owner);
}

void SnapshotCursor::move_to(ChunkTree::Position position) {
  position_ = position;
  rrset_ = 0;
}

}  // namespace minidns::dns
