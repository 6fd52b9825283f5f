#include "dns/snapshot/diff.hpp"

#include "dns/snapshot/checked_rrset.hpp"
#include "dns/snapshot/cursor.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <compare>
#include <utility>

namespace minidns::dns {
namespace {

std::strong_ordering order_of(const SnapshotCursor& a, const SnapshotCursor& b) {
  std::array<std::uint8_t, owner_key_octets_max> in_a;
  std::array<std::uint8_t, owner_key_octets_max> in_b;
  const ByteView key_a(in_a.data(), a.owner_key(in_a));
  const ByteView key_b(in_b.data(), b.owner_key(in_b));
  const auto order = std::lexicographical_compare_three_way(key_a.begin(), key_a.end(), key_b.begin(), key_b.end());
  return order != 0 ? order : Chunk::rank(a.type()) <=> Chunk::rank(b.type());
}

/// Where both are at the start of the same chunk or node (the same object), moves both behind it.
void skip_shared(SnapshotCursor& a, SnapshotCursor& b) {
  while (!a.at_end() && !b.at_end() && a.starts_chunk() && b.starts_chunk()) {
    const auto at_a = a.position();
    const auto at_b = b.position();
    if (at_a.slot == 0 && at_b.slot == 0 && a.tree().nodes()[at_a.node] == b.tree().nodes()[at_b.node]) {
      a.move_to({at_a.node + 1, 0});
      b.move_to({at_b.node + 1, 0});
    } else if (a.tree().at(at_a) == b.tree().at(at_b)) {
      a.move_to(a.tree().next(at_a));
      b.move_to(b.tree().next(at_b));
    } else {
      return;
    }
  }
}

/// Collects the changes of a walk through two snapshots.
class Differ {
 public:
  Differ(const ZoneSnapshot& from, const ZoneSnapshot& to) : a_(from), b_(to) {}

  std::vector<RRsetChange> run() && {
    for (;;) {
      skip_shared(a_, b_);
      if (a_.at_end() && b_.at_end()) {
        return std::move(changes_);
      }
      const auto order = b_.at_end()   ? std::strong_ordering::less
                         : a_.at_end() ? std::strong_ordering::greater
                                       : order_of(a_, b_);
      if (order < 0) {
        changes_.push_back({{take(a_)}, {}});
      } else if (order > 0) {
        changes_.push_back({{}, {take(b_)}});
      } else {
        compare();
      }
    }
  }

 private:
  void compare() {
    const bool is_soa = a_.type() == RRType::soa;
    RRset before = take(a_);
    RRset after = take(b_);
    if (!is_soa && !is_same(before, after)) {
      changes_.push_back({{std::move(before)}, {std::move(after)}});
    }
  }

  static RRset take(SnapshotCursor& cursor) {
    RRset rrset = cursor.rrset();
    cursor.next();
    return rrset;
  }

  SnapshotCursor a_;
  SnapshotCursor b_;
  std::vector<RRsetChange> changes_;
};

std::weak_ordering order_of(const RRsetChange& a, const RRsetChange& b) {
  const auto named = [](const RRsetChange& change) -> const RRset& {
    return change.before.empty() ? change.after.front() : change.before.front();
  };
  const auto order = named(a).owner <=> named(b).owner;
  return order != 0 ? order : std::weak_ordering(named(a).type <=> named(b).type);
}

bool is_same(const std::vector<RRset>& a, const std::vector<RRset>& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](const RRset& x, const RRset& y) { return dns::is_same(x, y); });
}

Error broken_sequence(const RRset& about) {
  return {Errc::bad_value, "deltas: " + about.owner.to_text() + " " + about.type.to_text() +
                               ": the second doesn't start where the first ends"};
}

}  // namespace

Delta diff(const ZoneSnapshot& from, const ZoneSnapshot& to) {
  assert(from.apex() == to.apex());
  return {from.version(), to.version(), from.soa(), to.soa(), Differ(from, to).run()};
}

Result<Delta> compose(const Delta& first, const Delta& second) {
  if (first.to != second.from || !is_same(first.soa_after, second.soa_before)) {
    return broken_sequence(second.soa_before);
  }
  Delta both{first.from, second.to, first.soa_before, second.soa_after, {}};
  auto a = first.changes.begin();
  auto b = second.changes.begin();
  while (a != first.changes.end() || b != second.changes.end()) {
    const auto order = b == second.changes.end()  ? std::weak_ordering::less
                       : a == first.changes.end() ? std::weak_ordering::greater
                                                  : order_of(*a, *b);
    if (order < 0) {
      both.changes.push_back(*a++);
    } else if (order > 0) {
      both.changes.push_back(*b++);
    } else {
      if (!is_same(a->after, b->before)) {
        return broken_sequence(a->after.empty() ? b->before.front() : a->after.front());
      }
      if (!is_same(a->before, b->after)) {
        both.changes.push_back({a->before, b->after});
      }
      ++a;
      ++b;
    }
  }
  return both;
}

Delta inverse(Delta delta) {
  std::swap(delta.from, delta.to);
  std::swap(delta.soa_before, delta.soa_after);
  for (RRsetChange& change : delta.changes) {
    std::swap(change.before, change.after);
  }
  return delta;
}

}  // namespace minidns::dns
