#include "dnssec/zone/content_view.hpp"

#include "dns/owner_name.hpp"
#include "dns/snapshot/checked_rrset.hpp"
#include "dns/snapshot/cursor.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <iterator>

namespace minidns::dnssec {
namespace {

using dns::RRType;
using KeyRoom = std::array<std::uint8_t, dns::owner_key_octets_max>;

Bytes copy(ByteView octets) {
  return {octets.begin(), octets.end()};
}

bool is_less(ByteView a, ByteView b) {
  return as_text(a) < as_text(b);
}

bool is_equal(ByteView a, ByteView b) {
  return as_text(a) == as_text(b);
}

/// Walks back over a snapshot's RRsets.
class BackwardCursor {
 public:
  /// At the last RRset before all of `owner`'s.
  BackwardCursor(const dns::ChunkTree& tree, ByteView owner)
      : tree_(&tree), position_(tree.seek(owner, RRType::soa)), count_(chunk().lower_bound(owner, RRType::soa)) {
    skip_chunk_ends();
  }
  [[nodiscard]] bool at_end() const { return count_ == 0; }
  void next() {
    --count_;
    skip_chunk_ends();
  }
  [[nodiscard]] RRType type() const { return chunk().type(count_ - 1); }
  [[nodiscard]] ByteView owner_key(KeyRoom& room) const { return {room.data(), chunk().owner_key(count_ - 1, room)}; }

 private:
  [[nodiscard]] const dns::Chunk& chunk() const { return *tree_->at(position_); }
  void skip_chunk_ends() {
    while (count_ == 0 && position_ != dns::ChunkTree::Position{}) {
      if (position_.slot == 0) {
        --position_.node;
        position_.slot = tree_->nodes()[position_.node]->chunks().size();
      }
      --position_.slot;
      count_ = chunk().rrset_count();
    }
  }

  const dns::ChunkTree* tree_;
  dns::ChunkTree::Position position_;
  std::size_t count_;  ///< RRsets of the chunk that are still to come
};

}  // namespace

Bytes just_after(ByteView owner) {
  Bytes key = copy(owner);
  key.push_back(0);  // no label begins with that
  return key;
}

std::optional<Bytes> after_subtree(ByteView owner) {
  if (owner.empty()) {
    return std::nullopt;
  }
  Bytes key = copy(owner);
  key.back() = 1;  // it was 0, the end of a label
  return key;
}

bool is_at_or_below(ByteView owner, ByteView ancestor) {
  return as_text(owner).starts_with(as_text(ancestor));
}

dns::Name name_of(ByteView owner, const dns::Name& apex) {
  return dns::name_of_owner_key(owner, apex.lowercased()).value();  // it is the key of a name in the zone, or above one
}

Result<OwnerForm> content_form(const ContentView& content, const SigningInputs& inputs, ByteView owner) {
  const Standing standing = content.occluder_of(owner)                         ? Standing::occluded
                            : !owner.empty() && content.has(owner, RRType::ns) ? Standing::cut
                                                                               : Standing::authoritative;
  OwnerForm form = form_of(content.sets(owner), standing);
  if (owner.empty()) {
    if (auto added = add_key_set(form, inputs); !added) {
      return added.error();
    }
  }
  return form;
}

ContentView::ContentView(const dns::ZoneSnapshot& zone, const SigningInputs& inputs) : zone_(&zone), inputs_(&inputs) {}

Result<ContentView> ContentView::changed(const dns::ZoneSnapshot& zone, const SigningInputs& inputs,
                                         std::span<const dns::Edit> edits) {
  ContentView view(zone, inputs);
  view.edits_ = edits;
  for (const auto& edit : edits) {
    if (auto good = view.check(edit); !good) {
      return good.error();
    }
    if (view.changed_.empty() || !is_equal(view.changed_.back(), edit.key.octets())) {
      view.changed_.push_back(copy(edit.key.octets()));
    }
  }
  std::copy_if(view.changed_.begin(), view.changed_.end(), std::back_inserter(view.present_),
               [&](const Bytes& owner) { return !view.sets(owner).empty(); });
  return view;
}

Result<void> ContentView::check(const dns::Edit& edit) const {
  const auto error = [&](const char* what) {
    return Error{Errc::bad_input, edit.owner->to_text() + " " + edit.type.to_text() + ": " + what};
  };
  if (is_made_by_signing(edit.type)) {
    return error("made by signing, so the content can't have it");
  }
  auto there = zone_->find(edit.key, edit.type);
  const bool is_joined = there && edit.key.is_apex() && is_key_set_type(edit.type);
  if (is_joined) {
    there = content_part(*there, *inputs_);
  }
  if (there.has_value() != (edit.before != nullptr)) {
    return error("the change doesn't start from the zone's content");
  }
  if (!there) {
    return {};
  }
  if (is_joined) {  // its TTL and case are the key set's
    there->ttl = edit.before->ttl;
    there->owner = edit.before->owner;
  }
  return dns::is_same(*there, *edit.before) ? Result<void>()
                                            : error("the change doesn't start from the zone's content");
}

std::span<const dns::Edit> ContentView::edits_at(ByteView owner) const {
  const auto first = std::partition_point(edits_.begin(), edits_.end(),
                                          [&](const dns::Edit& edit) { return is_less(edit.key.octets(), owner); });
  const auto end = std::partition_point(first, edits_.end(),
                                        [&](const dns::Edit& edit) { return is_equal(edit.key.octets(), owner); });
  return {first, end};
}

bool ContentView::is_changed(ByteView owner) const {
  return !edits_at(owner).empty();
}

std::vector<dns::RRset> ContentView::sets_before(ByteView owner) const {
  std::vector<dns::RRset> sets;
  for (dns::SnapshotCursor cursor(zone_->tree(), owner, RRType::soa); !cursor.at_end(); cursor.next()) {
    if (!cursor.is_at(owner, cursor.type())) {
      break;
    }
    if (is_made_by_signing(cursor.type())) {
      continue;
    }
    std::optional<dns::RRset> rrset = cursor.rrset();
    if (owner.empty() && is_key_set_type(rrset->type)) {
      rrset = content_part(*rrset, *inputs_);
    }
    if (rrset) {
      sets.push_back(std::move(*rrset));
    }
  }
  return sets;
}

std::vector<dns::RRset> ContentView::sets(ByteView owner) const {
  auto sets = sets_before(owner);
  for (const auto& edit : edits_at(owner)) {
    const auto at = std::find_if(sets.begin(), sets.end(), [&](const dns::RRset& set) {
      return dns::Chunk::rank(set.type) >= dns::Chunk::rank(edit.type);
    });
    const bool is_there = at != sets.end() && at->type == edit.type;
    if (!edit.after) {
      sets.erase(at);  // `check` has found it
    } else if (is_there) {
      *at = *edit.after;
    } else {
      sets.insert(at, *edit.after);
    }
  }
  return sets;
}

bool ContentView::exists(ByteView owner) const {
  if (is_changed(owner)) {
    return !sets(owner).empty();
  }
  for (dns::SnapshotCursor cursor(zone_->tree(), owner, RRType::soa); !cursor.at_end(); cursor.next()) {
    if (!cursor.is_at(owner, cursor.type())) {
      return false;
    }
    if (!is_made_by_signing(cursor.type())) {
      return true;
    }
  }
  return false;
}

bool ContentView::has(ByteView owner, RRType type) const {
  for (const auto& edit : edits_at(owner)) {
    if (edit.type == type) {
      return edit.after.has_value();
    }
  }
  return dns::SnapshotCursor(zone_->tree(), owner, type).is_at(owner, type);
}

bool ContentView::occludes(ByteView owner) const {
  return has(owner, RRType::dname) || (!owner.empty() && has(owner, RRType::ns));
}

std::optional<Bytes> ContentView::occluder_of(ByteView owner) const {
  std::size_t size = 0;  // the apex
  while (size < owner.size()) {
    if (occludes(owner.first(size))) {
      return copy(owner.first(size));
    }
    const auto end = std::find(owner.begin() + static_cast<std::ptrdiff_t>(size), owner.end(), 0);
    size = static_cast<std::size_t>(end - owner.begin()) + 1;
  }
  return std::nullopt;
}

std::optional<Bytes> ContentView::unchanged_at_or_after(ByteView from, const std::optional<Bytes>& end) const {
  KeyRoom room;
  for (dns::SnapshotCursor cursor(zone_->tree(), from, RRType::soa); !cursor.at_end(); cursor.next()) {
    if (is_made_by_signing(cursor.type())) {
      continue;
    }
    const ByteView key(room.data(), cursor.owner_key(room));
    if (end && !is_less(key, *end)) {
      return std::nullopt;
    }
    if (!is_changed(key)) {
      return copy(key);
    }
  }
  return std::nullopt;
}

std::optional<Bytes> ContentView::changed_at_or_after(ByteView from) const {
  const auto at =
      std::partition_point(present_.begin(), present_.end(), [&](const Bytes& owner) { return is_less(owner, from); });
  return at == present_.end() ? std::nullopt : std::optional(*at);
}

std::optional<Bytes> ContentView::at_or_after(ByteView from, const std::optional<Bytes>& end) const {
  auto unchanged = unchanged_at_or_after(from, end);
  auto changed = changed_at_or_after(from);
  if (changed && end && !is_less(*changed, *end)) {
    changed.reset();
  }
  if (!unchanged || (changed && is_less(*changed, *unchanged))) {
    return changed;
  }
  return unchanged;
}

std::optional<Bytes> ContentView::unchanged_before(ByteView owner, const std::optional<Known>& known) const {
  KeyRoom room;
  for (BackwardCursor cursor(zone_->tree(), owner); !cursor.at_end(); cursor.next()) {
    if (is_made_by_signing(cursor.type())) {
      continue;
    }
    const ByteView key = cursor.owner_key(room);
    if (known && is_equal(key, known->missing)) {
      return known->predecessor;
    }
    if (!is_changed(key)) {
      return copy(key);
    }
  }
  return std::nullopt;
}

std::optional<Bytes> ContentView::changed_before(ByteView owner) const {
  const auto at =
      std::partition_point(present_.begin(), present_.end(), [&](const Bytes& other) { return is_less(other, owner); });
  return at == present_.begin() ? std::nullopt : std::optional(*std::prev(at));
}

Bytes ContentView::before(ByteView owner, const std::optional<Known>& known) const {
  assert(!owner.empty());
  const auto unchanged = unchanged_before(owner, known);
  const auto changed = changed_before(owner);  // there is one: the SOA always changes
  if (unchanged && (!changed || is_less(*changed, *unchanged))) {
    return *unchanged;
  }
  return changed ? *changed : Bytes{};
}

}  // namespace minidns::dnssec
