#include "dns/snapshot/edit.hpp"

#include "dns/snapshot/checked_rrset.hpp"

namespace minidns::dns {
namespace {

Error contradiction(const RRset& about, const char* what) {
  return {Errc::bad_value, "delta: " + about.owner.to_text() + " " + about.type.to_text() + ": " + what};
}

Result<Edit> edit_of(const RRset* before, const RRset* after, const Name& apex) {
  for (const RRset* side : {before, after}) {
    if (side == nullptr) {
      continue;
    }
    if (auto fit = check_for_snapshot(*side, apex); !fit) {
      return fit.error();
    }
  }
  if (before != nullptr && after != nullptr && (before->owner != after->owner || before->type != after->type)) {
    return contradiction(*after, "not the RRset that was there before");
  }
  const RRset& named = after != nullptr ? *after : *before;
  Edit edit{OwnerKey::of(named.owner, apex), &named.owner, named.type, before, std::nullopt};
  if (after != nullptr) {
    auto in_order = sorted(*after);
    if (!in_order) {
      return in_order.error();
    }
    edit.after = std::move(*in_order);
  }
  return edit;
}

Result<Edit> edit_of(const RRsetChange& change, const Name& apex) {
  if (change.before.size() > 1 || change.after.size() > 1 || (change.before.empty() && change.after.empty())) {
    return Error{Errc::bad_value, "delta: a change has none or more than one RRset on a side"};
  }
  const RRset* before = change.before.empty() ? nullptr : &change.before.front();
  const RRset* after = change.after.empty() ? nullptr : &change.after.front();
  auto edit = edit_of(before, after, apex);
  if (edit && edit->type == RRType::soa) {
    return contradiction(before != nullptr ? *before : *after, "the SOA is not one of the changes");
  }
  return edit;
}

}  // namespace

Result<std::vector<Edit>> edits_of(const Delta& delta, const Name& apex) {
  std::vector<Edit> edits;
  edits.reserve(1 + delta.changes.size());
  auto soa = edit_of(&delta.soa_before, &delta.soa_after, apex);
  if (!soa) {
    return soa.error();
  }
  if (soa->type != RRType::soa) {
    return contradiction(delta.soa_after, "not a SOA");
  }
  edits.push_back(std::move(*soa));
  for (const auto& change : delta.changes) {
    auto edit = edit_of(change, apex);
    if (!edit) {
      return edit.error();
    }
    const Edit& last = edits.back();
    const bool first = edits.size() == 1;  // only the SOA, which is before all
    if (!first && (edit->key < last.key || (edit->key == last.key && edit->type <= last.type))) {
      return Error{Errc::bad_value, "delta: " + edit->owner->to_text() + " " + edit->type.to_text() +
                                        ": out of order, or changed twice"};
    }
    edits.push_back(std::move(*edit));
  }
  return edits;
}

}  // namespace minidns::dns
