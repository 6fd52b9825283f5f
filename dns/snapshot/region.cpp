#include "dns/snapshot/region.hpp"

#include "dns/snapshot/checked_rrset.hpp"

#include <iterator>

namespace minidns::dns {
namespace {

bool is_before(const RRset& rrset, const Edit& edit) {
  const auto order = rrset.owner <=> *edit.owner;
  return order < 0 || (order == 0 && Chunk::rank(rrset.type) < Chunk::rank(edit.type));
}

/// What `edit` says of the RRset that is here (null: none) must be so.
Result<void> check(const RRset* here, const Edit& edit) {
  const char* fault = nullptr;
  if (here == nullptr && edit.before != nullptr) {
    fault = "changed, but not in the zone";
  } else if (here != nullptr && edit.before == nullptr) {
    fault = "added, but already in the zone";
  } else if (here != nullptr && !is_same(*here, *edit.before)) {
    fault = "other in the zone than before the change";
  }
  if (fault == nullptr) {
    return {};
  }
  return Error{Errc::bad_value, "delta: " + edit.owner->to_text() + " " + edit.type.to_text() + ": " + fault};
}

}  // namespace

void Region::append(const Chunk& chunk) {
  std::size_t i = 0;
  if (is_continued_by(chunk)) {
    chunk.append_records(0, rrsets_.back());
    i = 1;
  }
  for (; i < chunk.rrset_count(); ++i) {
    rrsets_.push_back(chunk.rrset(i));
  }
}

void Region::prepend(const Chunk& chunk) {
  Region whole;
  whole.append(chunk);
  whole.rrsets_.insert(whole.rrsets_.end(), std::make_move_iterator(rrsets_.begin()),
                       std::make_move_iterator(rrsets_.end()));
  rrsets_ = std::move(whole.rrsets_);
}

bool Region::is_continued_by(const Chunk& chunk) const {
  return !rrsets_.empty() && rrsets_.back().type == chunk.first_type() && rrsets_.back().owner == chunk.owner(0);
}

Result<void> Region::apply(std::span<Edit> edits) {
  if (edits.empty()) {
    return {};
  }
  std::vector<RRset> merged;
  merged.reserve(rrsets_.size() + edits.size());
  auto next = rrsets_.begin();
  for (auto& edit : edits) {
    while (next != rrsets_.end() && is_before(*next, edit)) {
      merged.push_back(std::move(*next++));
    }
    const bool is_here = next != rrsets_.end() && next->type == edit.type && next->owner == *edit.owner;
    if (auto fit = check(is_here ? &*next : nullptr, edit); !fit) {
      return fit;
    }
    next += is_here ? 1 : 0;
    if (edit.after) {
      merged.push_back(std::move(*edit.after));
    }
  }
  merged.insert(merged.end(), std::make_move_iterator(next), std::make_move_iterator(rrsets_.end()));
  rrsets_ = std::move(merged);
  return {};
}

}  // namespace minidns::dns
