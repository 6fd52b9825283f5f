#include "dns/snapshot/tree_editor.hpp"

#include "dns/snapshot/checked_rrset.hpp"
#include "dns/snapshot/chunk_writer.hpp"
#include "dns/snapshot/edit.hpp"
#include "dns/snapshot/region.hpp"
#include "dns/snapshot/tree_assembler.hpp"
#include "dns/soa.hpp"

#include <algorithm>
#include <cassert>
#include <span>
#include <vector>

namespace minidns::dns {
namespace {

std::size_t size_of(const std::vector<ChunkPointer>& chunks) {
  std::size_t size = 0;
  for (const auto& chunk : chunks) {
    size += chunk->octets().size();
  }
  return size;
}

bool is_large(const Chunk& chunk) {
  return chunk.octets().size() > Chunk::size_octets_split;
}

bool differ_only_in_serial(const RRset& a, const RRset& b) {
  return is_same_case(a.owner, b.owner) && a.ttl == b.ttl &&
         with_serial(a.rdata.front(), serial_of(b.rdata.front())) == b.rdata.front();
}

/// Goes once through the old tree and the edits, both in order, and puts the new tree together.
class TreeEditor {
 public:
  TreeEditor(const ChunkTree& tree, const Name& apex, std::span<Edit> edits)
      : tree_(tree), apex_(apex), edits_(edits) {}

  Result<ChunkTree> run() && {
    if (auto patched = patch_serial(); !patched) {
      return patched.error();
    }
    while (!edits_.empty()) {
      share_until(start_of(edits_.front()));
      if (patch_chunk()) {
        continue;
      }
      if (auto edited = edit_region(); !edited) {
        return edited.error();
      }
    }
    share_until(tree_.end());
    return std::move(out_).finish();
  }

 private:
  /// Where nothing but the serial changes in the first chunk, it is a copy with 4 octets replaced.
  Result<void> patch_serial() {
    const Edit& soa = edits_.front();
    if (!differ_only_in_serial(*soa.before, *soa.after) ||
        (edits_.size() > 1 && start_of(edits_[1]) == ChunkTree::Position{})) {
      return {};
    }
    const Chunk& first = *tree_.at({});
    if (!is_same(first.rrset(0), *soa.before)) {
      return Error{Errc::bad_value, "delta: the SOA before is not the zone's"};
    }
    out_.append(first.with_serial(serial_of(soa.after->rdata.front())));
    at_ = tree_.next(at_);
    edits_ = edits_.subspan(1);
    return {};
  }

  /// The chunk that has the RRset, or its first piece, or the place for it.
  [[nodiscard]] ChunkTree::Position start_of(const Edit& edit) const {
    const auto before = tree_.seek(edit.key.octets(), edit.type);
    const auto next = tree_.next(before);
    if (next == tree_.end() || !is_at(*tree_.at(next), 0, edit)) {
      return before;
    }
    const Chunk& chunk = *tree_.at(before);
    return is_at(chunk, chunk.rrset_count() - 1, edit) ? before : next;
  }

  static bool is_at(const Chunk& chunk, std::size_t i, const Edit& edit) {
    return chunk.type(i) == edit.type && chunk.owner(i) == *edit.owner;
  }

  void share_until(ChunkTree::Position target) {
    while (at_ != target) {
      if (at_.slot == 0 && at_.node < target.node) {
        out_.share(tree_.nodes()[at_.node]);
        at_ = {at_.node + 1, 0};
      } else {
        out_.append(tree_.at(at_));
        at_ = tree_.next(at_);
      }
    }
  }

  /// Where what changes in the next chunk is as long as before (signatures, addresses), it is a copy with that
  /// replaced: false, and nothing is done, if it isn't so, or if an edit doesn't fit what is there.
  bool patch_chunk() {
    const ChunkTree::Position next = tree_.next(at_);
    const auto due = edits_.first(count_edits_before(next));
    if (due.size() < edits_.size() && start_of(edits_[due.size()]) == at_) {
      return false;  // an RRset in pieces, the first of which is here
    }
    const ChunkPointer& chunk = tree_.at(at_);
    std::vector<Chunk::Replacement> replacements;
    replacements.reserve(due.size());
    for (const Edit& edit : due) {
      const bool is_in_pieces = next != tree_.end() && is_at(*tree_.at(next), 0, edit);
      if (edit.before == nullptr || !edit.after || is_in_pieces ||
          !is_same_case(edit.before->owner, edit.after->owner) ||
          (edit.type == RRType::soa && !differ_only_in_serial(*edit.before, *edit.after))) {
        return false;
      }
      const std::size_t i = chunk->lower_bound(edit.key.octets(), edit.type);
      if (i == chunk->rrset_count() || !is_at(*chunk, i, edit) || !is_same(chunk->rrset(i), *edit.before)) {
        return false;
      }
      replacements.push_back({i, &*edit.after});
    }
    auto patched = chunk->with_records(replacements);
    if (!patched) {
      return false;
    }
    out_.append(std::move(patched));
    at_ = next;
    edits_ = edits_.subspan(due.size());
    return true;
  }

  /// Renders anew the chunk that is next, and its neighbours where it becomes too small to stand alone.
  Result<void> edit_region() {
    Region region;
    take_into(region);
    std::vector<ChunkPointer> chunks;
    for (;;) {
      if (auto applied = region.apply(take_edits_before(at_)); !applied) {
        return applied;
      }
      chunks = render_evenly(apex_, region.rrsets());
      if (size_of(chunks) >= Chunk::size_octets_merge || at_ == tree_.end() || is_large(*tree_.at(at_))) {
        break;
      }
      take_into(region);
    }
    const ChunkPointer last = out_.last();
    if (size_of(chunks) < Chunk::size_octets_merge && last != nullptr && !is_large(*last)) {
      out_.remove_last();
      region.prepend(*last);
      chunks = render_evenly(apex_, region.rrsets());
    }
    out_.append(std::move(chunks));
    return {};
  }

  /// The next chunk, and those with the other pieces of its last RRset.
  void take_into(Region& region) {
    do {
      region.append(*tree_.at(at_));
      at_ = tree_.next(at_);
    } while (at_ != tree_.end() && region.is_continued_by(*tree_.at(at_)));
  }

  /// Edits of what is before the chunk at `position`.
  [[nodiscard]] std::size_t count_edits_before(ChunkTree::Position position) const {
    if (position == tree_.end()) {
      return edits_.size();
    }
    const Chunk& next = *tree_.at(position);
    const auto is_before = [&](const Edit& edit) {
      return edit.key < next.first_owner() ||
             (edit.key == next.first_owner() && Chunk::rank(edit.type) < Chunk::rank(next.first_type()));
    };
    return static_cast<std::size_t>(std::partition_point(edits_.begin(), edits_.end(), is_before) - edits_.begin());
  }

  std::span<Edit> take_edits_before(ChunkTree::Position position) {
    const std::size_t count = count_edits_before(position);
    const auto due = edits_.first(count);
    edits_ = edits_.subspan(count);
    return due;
  }

  const ChunkTree& tree_;
  const Name& apex_;
  std::span<Edit> edits_;   ///< still to do
  ChunkTree::Position at_;  ///< the next chunk of the old tree
  TreeAssembler out_;
};

}  // namespace

Result<ChunkTree> edit(const ChunkTree& tree, const Name& apex, const Delta& delta) {
  auto edits = edits_of(delta, apex);
  if (!edits) {
    return edits.error();
  }
  return TreeEditor(tree, apex, *edits).run();
}

}  // namespace minidns::dns
