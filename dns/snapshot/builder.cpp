#include "dns/snapshot/builder.hpp"

#include "dns/snapshot/checked_rrset.hpp"
#include "dns/snapshot/region.hpp"
#include "dns/snapshot/tree_assembler.hpp"

namespace minidns::dns {
namespace {

/// New chunks are left a little room, so that the first change doesn't split them.
constexpr std::size_t fill_octets = 15 * 1024;
/// With the SOA before it (at most 255 + 10 + 530 octets) it still fits a chunk.
constexpr std::size_t head_octets_max = fill_octets - 800;

/// Joins the last two chunks if the last is too small to stand alone.
std::vector<ChunkPointer> with_last_joined(std::vector<ChunkPointer> chunks, const Name& apex) {
  if (chunks.size() < 2 || chunks.back()->octets().size() >= Chunk::size_octets_merge ||
      chunks[chunks.size() - 2]->octets().size() > Chunk::size_octets_split) {
    return chunks;
  }
  Region region;
  region.append(*chunks[chunks.size() - 2]);
  region.append(*chunks.back());
  chunks.resize(chunks.size() - 2);
  for (auto& chunk : render_evenly(apex, region.rrsets())) {
    chunks.push_back(std::move(chunk));
  }
  return chunks;
}

}  // namespace

SnapshotBuilder::SnapshotBuilder(Name apex)
    : apex_(std::move(apex)), writer_(apex_), head_size_(Chunk::base_offset(apex_), head_octets_max) {}

Result<void> SnapshotBuilder::add(const RRset& rrset) {
  if (auto fit = check(rrset); !fit) {
    return fit;
  }
  if (is_sorted(rrset)) {
    add_sorted(rrset);
  } else {
    const auto in_order = sorted(rrset);
    if (!in_order) {
      return in_order.error();
    }
    add_sorted(*in_order);
  }
  if (last_) {
    last_->owner = rrset.owner;  // keeps its memory
    last_->type = rrset.type;
  } else {
    last_ = Last{rrset.owner, rrset.type};
  }
  return {};
}

Result<void> SnapshotBuilder::check(const RRset& rrset) const {
  if (auto fit = check_for_snapshot(rrset, apex_); !fit) {
    return fit;
  }
  const auto error = [&](const char* what) {
    return Error{Errc::bad_value, rrset.owner.to_text() + " " + rrset.type.to_text() + ": " + what};
  };
  if (rrset.type == RRType::soa) {
    return error("the SOA must be given at the end");
  }
  if (last_) {
    const auto order = last_->owner <=> rrset.owner;
    if (order > 0 || (order == 0 && last_->type >= rrset.type)) {
      return error("out of order, or twice");
    }
  }
  return {};
}

void SnapshotBuilder::add_sorted(const RRset& rrset) {
  if (add_to_head(rrset)) {
    return;
  }
  if (writer_.size_octets() >= fill_octets) {
    writer_.end_chunk();
  }
  writer_.add(rrset);
}

bool SnapshotBuilder::add_to_head(const RRset& rrset) {
  if (head_is_full_) {
    return false;
  }
  head_is_full_ = !head_size_.rrset(rrset);
  if (head_is_full_ && !head_.empty()) {
    return false;  // the first one belongs there in any case
  }
  head_.push_back(rrset);
  return true;
}

Result<std::shared_ptr<const ZoneSnapshot>> SnapshotBuilder::finish(Version version, const RRset& soa) && {
  if (auto fit = check_for_snapshot(soa, apex_); !fit) {
    return fit.error();
  }
  if (soa.type != RRType::soa) {
    return Error{Errc::bad_value, soa.owner.to_text() + " " + soa.type.to_text() + ": not the SOA"};
  }
  head_.insert(head_.begin(), soa);
  auto chunks = render_evenly(apex_, head_);
  for (auto& chunk : writer_.take()) {
    chunks.push_back(std::move(chunk));
  }
  TreeAssembler tree;
  tree.append(with_last_joined(std::move(chunks), apex_));
  return std::make_shared<const ZoneSnapshot>(ZoneSnapshot::Key(), std::move(apex_), version, std::move(tree).finish());
}

}  // namespace minidns::dns
