#include "dnssec/zone/change_signer.hpp"

#include "dns/snapshot/checked_rrset.hpp"
#include "dns/snapshot/cursor.hpp"
#include "dnssec/zone/denial.hpp"
#include "dnssec/zone/nsec3_change.hpp"

#include <algorithm>
#include <array>

namespace minidns::dnssec {
namespace {

using dns::RRType;

Bytes key_of(const dns::SnapshotCursor& cursor) {
  std::array<std::uint8_t, dns::owner_key_octets_max> room;
  return {room.begin(), room.begin() + static_cast<std::ptrdiff_t>(cursor.owner_key(room))};
}

/// All RRsets at an owner of a signed zone.
std::vector<dns::RRset> all_sets(const dns::ZoneSnapshot& zone, ByteView owner) {
  std::vector<dns::RRset> sets;
  for (dns::SnapshotCursor cursor(zone.tree(), owner, RRType::soa);
       !cursor.at_end() && cursor.is_at(owner, cursor.type()); cursor.next()) {
    sets.push_back(cursor.rrset());
  }
  return sets;
}

bool has(const dns::ZoneSnapshot& zone, ByteView owner, RRType type) {
  return dns::SnapshotCursor(zone.tree(), owner, type).is_at(owner, type);
}

bool has_same_records(dns::RRset a, dns::RRset b) {
  std::sort(a.rdata.begin(), a.rdata.end());
  std::sort(b.rdata.begin(), b.rdata.end());
  return a.ttl == b.ttl && a.rdata == b.rdata;
}

}  // namespace

Result<std::vector<dns::RRsetChange>> ChangeSigner::run() {
  mark_changed();
  if (to_.plan.inputs().denial == Denial::nsec) {
    mark_nsec_neighbours();
  } else if (auto marked = mark_nsec3(); !marked) {
    return marked.error();
  }
  if (auto marked = mark_denials(); !marked) {
    return marked.error();
  }
  if (auto marked = mark_moved_signatures(); !marked) {
    return marked.error();
  }
  for (const auto& owner : dirty_) {
    if (auto made = make_anew(owner); !made) {
      return made.error();
    }
  }
  if (auto flushed = flush(); !flushed) {
    return flushed.error();
  }
  return std::move(changes_);
}

/// Owners with other content, and those that it covers or uncovers.
void ChangeSigner::mark_changed() {
  for (const auto& owner : to_.content.changed_owners()) {
    dirty_.insert(owner);
    if (from_.content.occludes(owner) != to_.content.occludes(owner)) {
      mark_below(owner);
    }
  }
}

void ChangeSigner::mark_below(ByteView owner) {
  const auto end = after_subtree(owner);
  for (auto name = from_.content.at_or_after(just_after(owner), end); name;
       name = from_.content.at_or_after(just_after(*name), end)) {
    dirty_.insert(*name);
  }
}

/// Where a name comes into the NSEC chain or leaves it, the one before it points elsewhere. The one after it doesn't
/// care.
void ChangeSigner::mark_nsec_neighbours() {
  std::vector<Bytes> neighbours;
  std::optional<ContentView::Known> known;
  for (const auto& owner : dirty_) {
    const bool exists = to_.content.exists(owner);
    const bool is_linked = exists && !to_.content.occluder_of(owner);
    if (owner.empty() || has(zone_, owner, RRType::nsec) == is_linked) {
      continue;
    }
    Bytes previous = to_.content.before(owner, known);
    if (!exists) {
      known = ContentView::Known{owner, previous};
    }
    auto occluder = to_.content.occluder_of(previous);
    neighbours.push_back(occluder ? std::move(*occluder) : std::move(previous));
  }
  dirty_.insert(neighbours.begin(), neighbours.end());
}

Result<void> ChangeSigner::mark_nsec3() {
  auto changes = nsec3_changes(zone_, to_.content, to_.plan.inputs(), dirty_);
  if (!changes) {
    return changes.error();
  }
  for (auto& change : *changes) {
    std::optional<dns::RRset> rrset;
    if (change.rdata) {
      rrset = dns::RRset{name_of(change.owner, zone_.apex()), RRType::nsec3, to_.denial_ttl, {*change.rdata}};
    }
    dirty_.insert(change.owner);
    nsec3_.insert_or_assign(std::move(change.owner), std::move(rrset));
  }
  return {};
}

/// With another TTL all of them change.
Result<void> ChangeSigner::mark_denials() {
  if (from_.denial_ttl == to_.denial_ttl) {
    return {};
  }
  for (dns::SnapshotCursor cursor(zone_); !cursor.at_end(); cursor.next()) {
    if (cursor.type() == RRType::nsec || cursor.type() == RRType::nsec3) {
      dirty_.insert(key_of(cursor));
      if (auto counted = count_moved(cursor.rrset().rdata.front().octets().size()); !counted) {
        return counted;
      }
    }
  }
  return {};
}

/// Each goes and another of its size comes.
Result<void> ChangeSigner::count_moved(std::size_t octets) {
  moved_octets_ += octets;
  if (moved_octets_ > octets_max_ / 2) {
    return Error{Errc::too_large, zone_.apex().to_text() + ": the difference would be too large"};
  }
  return {};
}

/// Where signatures have other times or keys. What is signed is in the RRSIGs, so no content needs to be looked at.
Result<void> ChangeSigner::mark_moved_signatures() {
  const bool has_same_buckets = from_.plan.slots().times().buckets == to_.plan.slots().times().buckets;
  const auto moved = has_same_buckets ? to_.plan.moved_buckets(from_.plan) : std::vector<bool>{};
  if (has_same_buckets && std::find(moved.begin(), moved.end(), true) == moved.end()) {
    return {};
  }
  const auto has_moved = [&](const dns::Name& owner, RRType type) {
    return has_same_buckets ? moved[to_.plan.slots().bucket_of(owner, type)]
                            : !is_same(from_.plan.uses(owner, type), to_.plan.uses(owner, type));
  };
  for (dns::SnapshotCursor cursor(zone_); !cursor.at_end(); cursor.next()) {
    if (cursor.type() != RRType::rrsig) {
      continue;
    }
    const auto rrsigs = cursor.rrset();
    std::size_t moved_octets = 0;
    for (const auto& rrsig : rrsigs.rdata) {
      const auto octets = rrsig.octets();
      if (has_moved(rrsigs.owner, RRType(static_cast<std::uint16_t>(octets[0] << 8 | octets[1])))) {
        moved_octets += octets.size();
      }
    }
    if (moved_octets > 0) {
      dirty_.insert(key_of(cursor));
      if (auto counted = count_moved(moved_octets); !counted) {
        return counted;
      }
    }
  }
  return {};
}

/// What there is to be at an owner, unsigned.
Result<OwnerForm> ChangeSigner::form_at(ByteView owner) const {
  OwnerForm form;
  if (auto content = content_form(to_.content, to_.plan.inputs(), owner); !content) {
    return content.error();
  } else {
    form = std::move(*content);
  }
  if (to_.plan.inputs().denial != Denial::nsec) {
    if (auto nsec3 = nsec3_at(owner)) {
      form.insert({std::move(*nsec3), true});
    }
  } else if (!form.sets.empty() && form.standing != Standing::occluded) {
    add_nsec(form, to_.denial_ttl, name_of(nsec_next(owner, form), zone_.apex()));
  }
  return form;
}

Bytes ChangeSigner::nsec_next(ByteView owner, const OwnerForm& form) const {
  const auto from = occludes(form) ? after_subtree(owner) : std::optional(just_after(owner));
  const auto next = from ? to_.content.at_or_after(*from) : std::nullopt;
  return next.value_or(Bytes{});  // after the last name comes the apex
}

std::optional<dns::RRset> ChangeSigner::nsec3_at(ByteView owner) const {
  if (const auto planned = nsec3_.find(Bytes(owner.begin(), owner.end())); planned != nsec3_.end()) {
    return planned->second;
  }
  if (!has(zone_, owner, RRType::nsec3)) {
    return std::nullopt;
  }
  dns::RRset rrset = dns::SnapshotCursor(zone_.tree(), owner, RRType::nsec3).rrset();
  rrset.ttl = to_.denial_ttl;
  return rrset;
}

Result<void> ChangeSigner::make_anew(const Bytes& owner) {
  auto form = form_at(owner);
  if (!form) {
    return form.error();
  }
  for (auto& there : all_sets(zone_, owner)) {
    if (there.type == RRType::rrsig) {
      form->old_signatures = std::move(there);
      continue;
    }
    for (auto& set : form->sets) {
      set.may_reuse = set.may_reuse || (set.rrset.type == there.type && has_same_records(set.rrset, there));
    }
  }
  if (auto added = batch_.add(std::move(*form)); !added) {
    return added;
  }
  waiting_.push_back(owner);
  return batch_.is_full() ? flush() : Result<void>();
}

Result<void> ChangeSigner::flush() {
  auto owners = batch_.sign(executor_);
  if (!owners) {
    return owners.error();
  }
  for (std::size_t i = 0; i < owners->size(); ++i) {
    compare(waiting_[i], std::move((*owners)[i].sets));
  }
  waiting_.clear();
  return {};
}

/// Appends what differs at an owner.
void ChangeSigner::compare(const Bytes& owner, std::vector<dns::RRset> after) {
  auto before = all_sets(zone_, owner);
  auto a = before.begin();
  auto b = after.begin();
  const auto rank = [](const dns::RRset& rrset) { return dns::Chunk::rank(rrset.type); };
  while (a != before.end() || b != after.end()) {
    dns::RRsetChange change;
    const bool takes_a = a != before.end() && (b == after.end() || rank(*a) <= rank(*b));
    const bool takes_b = b != after.end() && (a == before.end() || rank(*b) <= rank(*a));
    if (takes_a) {
      change.before.push_back(std::move(*a++));
    }
    if (takes_b) {
      change.after.push_back(std::move(*b++));
    }
    const RRType type = takes_a ? change.before.front().type : change.after.front().type;
    const bool is_no_change = takes_a && takes_b && dns::is_same(change.before.front(), change.after.front());
    if (type != RRType::soa && !is_no_change) {
      changes_.push_back(std::move(change));
    }
  }
}

}  // namespace minidns::dnssec
