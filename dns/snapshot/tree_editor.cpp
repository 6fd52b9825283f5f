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

  /// Renders anew the chunk that is next, and its neighbours where it becomes too small to stand alone.
  Result<void> edit_region() {
    Region region;
    take_into(region);
    std::vector<ChunkPointer> chunks;
    for (;;) {
      if (auto applied = region.apply(take_edits_before_next_chunk()); !applied) {
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

  std::span<Edit> take_edits_before_next_chunk() {
    std::size_t count = edits_.size();
    if (at_ != tree_.end()) {
      const Chunk& next = *tree_.at(at_);
      const auto is_before = [&](const Edit& edit) {
        return edit.key < next.first_owner() ||
               (edit.key == next.first_owner() && Chunk::rank(edit.type) < Chunk::rank(next.first_type()));
      };
      count = static_cast<std::size_t>(std::partition_point(edits_.begin(), edits_.end(), is_before) - edits_.begin());
    }
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
