#include "dnssec/zone/nsec3_change.hpp"

#include "dnssec/zone/denial.hpp"
#include "dnssec/zone/nsec3_search.hpp"
#include "dnssec/zone/owner_form.hpp"

#include <algorithm>
#include <map>

namespace minidns::dnssec {
namespace {

/// A name whose NSEC3 record may come, change or go.
struct NameState {
  Nsec3Hash hash;
  std::optional<Nsec3> before;
  std::optional<Bytes> bitmap;  ///< afterwards; nothing if it has no record
  bool exists;                  ///< with content, afterwards
  bool may_have_existed;        ///< with content, before
};

class ChainChange {
 public:
  ChainChange(const dns::ZoneSnapshot& zone, const ContentView& content, const SigningInputs& inputs)
      : zone_(zone), content_(content), inputs_(inputs), chain_(zone) {}

  Result<std::vector<Nsec3Change>> run(const std::set<Bytes>& names) {
    for (const auto& name : names) {
      if (auto added = add_name(name); !added) {
        return added.error();
      }
    }
    for (const auto& name : names) {
      add_names_above(name);
    }
    for (auto at = states_.rbegin(); at != states_.rend(); ++at) {  // what is below a name comes before it
      auto& [name, state] = *at;
      if (!state.exists && is_empty_non_terminal(name, state)) {
        state.bitmap.emplace();
      }
    }
    if (auto sorted = sort_by_fate(); !sorted) {
      return sorted.error();
    }
    return changes();
  }

 private:
  static Bytes parent_of(const Bytes& name);
  [[nodiscard]] Result<void> add_name(const Bytes& name);
  void add_names_above(Bytes name);
  [[nodiscard]] bool is_empty_non_terminal(const Bytes& name, const NameState& state) const;
  [[nodiscard]] bool has_denied_name_below(const Bytes& name) const;
  [[nodiscard]] Result<void> sort_by_fate();
  [[nodiscard]] std::vector<Nsec3Change> changes();
  [[nodiscard]] Nsec3Hash previous_of(const Nsec3Hash& hash);
  [[nodiscard]] Nsec3Hash next_of(const Nsec3Hash& hash);
  void write(const Nsec3Hash& hash, const Bytes& bitmap);

  const dns::ZoneSnapshot& zone_;
  const ContentView& content_;
  const SigningInputs& inputs_;
  Nsec3Search chain_;
  std::map<Bytes, NameState> states_;
  std::map<Nsec3Hash, Bytes> added_;  ///< bitmaps
  std::set<Nsec3Hash> removed_;
  std::map<Nsec3Hash, Bytes> kept_;                ///< bitmaps, of those that change
  std::map<Nsec3Hash, Nsec3Hash> before_removed_;  ///< what comes before them and stays
  std::map<Nsec3Hash, dns::Rdata> written_;
};

Bytes ChainChange::parent_of(const Bytes& name) {
  if (name.empty()) {
    return {};
  }
  const auto end_before = std::find(name.rbegin() + 1, name.rend(), 0);  // each label ends with the only 0 in it
  return {name.begin(), end_before.base()};
}

Result<void> ChainChange::add_name(const Bytes& name) {
  const auto form = content_form(content_, inputs_, name);
  if (!form) {
    return form.error();
  }
  const auto hash = nsec3_hash(name_of(name, zone_.apex()));
  const bool exists = !form->sets.empty();
  NameState state{hash, chain_.find(hash), std::nullopt, exists, true};
  const bool is_opted_out = inputs_.denial == Denial::nsec3_opt_out && is_insecure_cut(*form);
  if (exists && form->standing != Standing::occluded && !is_opted_out) {
    state.bitmap = type_bitmap(denied_types(*form));
  }
  states_.emplace(name, std::move(state));
  return {};
}

/// Names above that have no content: empty non-terminals, if there is anything below them.
void ChainChange::add_names_above(Bytes name) {
  for (name = parent_of(name); !name.empty(); name = parent_of(name)) {
    if (!states_.contains(name) && !content_.exists(name)) {
      const auto hash = nsec3_hash(name_of(name, zone_.apex()));
      states_.emplace(name, NameState{hash, chain_.find(hash), std::nullopt, false, false});
    }
  }
}

/// Whether there is a name with an NSEC3 record below. (Under opt-out, one that is only there for insecure delegations
/// has none: RFC 5155 §7.1.)
bool ChainChange::is_empty_non_terminal(const Bytes& name, const NameState& state) const {
  bool may_have_lost = state.may_have_existed;
  for (auto below = states_.upper_bound(name); below != states_.end() && is_at_or_below(below->first, name); ++below) {
    if (below->second.bitmap) {
      return true;
    }
    may_have_lost = may_have_lost || below->second.before.has_value();
  }
  return state.before && (!may_have_lost || has_denied_name_below(name));
}

bool ChainChange::has_denied_name_below(const Bytes& name) const {
  if (content_.occluder_of(name)) {
    return false;
  }
  const auto end = after_subtree(name);
  for (auto below = content_.at_or_after(just_after(name), end); below;) {
    const bool is_opted_out = inputs_.denial == Denial::nsec3_opt_out && content_.has(*below, dns::RRType::ns) &&
                              !content_.has(*below, dns::RRType::ds);
    if (!is_opted_out) {
      return true;
    }
    below = content_.at_or_after(*after_subtree(*below), end);  // what is below a cut doesn't count
  }
  return false;
}

Result<void> ChainChange::sort_by_fate() {
  std::set<Nsec3Hash> seen;
  for (auto& [name, state] : states_) {
    if (!state.before && !state.bitmap) {
      continue;
    }
    if (!seen.insert(state.hash).second) {
      return Error{Errc::bad_input, zone_.apex().to_text() + ": two names have the same NSEC3 hash"};
    }
    if (!state.bitmap) {
      removed_.insert(state.hash);
    } else if (!state.before) {
      added_.emplace(state.hash, std::move(*state.bitmap));
    } else if (state.before->bitmap != *state.bitmap) {
      kept_.emplace(state.hash, std::move(*state.bitmap));
    }
  }
  return {};
}

/// The hash that comes before `hash` afterwards.
Nsec3Hash ChainChange::previous_of(const Nsec3Hash& hash) {
  Nsec3Hash previous = chain_.before(hash);
  while (removed_.contains(previous)) {
    const auto known = before_removed_.find(previous);
    previous = known != before_removed_.end() ? known->second : chain_.before(previous);
  }
  if (removed_.contains(hash)) {
    before_removed_.emplace(hash, previous);
  }
  if (!added_.empty()) {
    const auto after = added_.lower_bound(hash);
    const auto& nearest = (after == added_.begin() ? std::prev(added_.end()) : std::prev(after))->first;
    if (nearest != hash && is_between(previous, nearest, hash)) {
      return nearest;
    }
  }
  return previous;
}

/// The hash that comes after `hash`, which is in the chain afterwards.
Nsec3Hash ChainChange::next_of(const Nsec3Hash& hash) {
  Nsec3Hash next = chain_.after(added_.contains(hash) ? chain_.before(hash) : hash);
  while (removed_.contains(next)) {
    next = chain_.after(next);
  }
  if (!added_.empty()) {
    const auto after = added_.upper_bound(hash);
    const auto& nearest = (after == added_.end() ? added_.begin() : after)->first;
    if (nearest != hash && is_between(hash, nearest, next)) {
      return nearest;
    }
  }
  return next;
}

void ChainChange::write(const Nsec3Hash& hash, const Bytes& bitmap) {
  const Nsec3 nsec3{inputs_.denial == Denial::nsec3_opt_out, next_of(hash), bitmap};
  written_.insert_or_assign(hash, nsec3.to_rdata());
}

std::vector<Nsec3Change> ChainChange::changes() {
  std::set<Nsec3Hash> neighbours;
  for (const auto& hash : removed_) {
    neighbours.insert(previous_of(hash));
  }
  for (const auto& [hash, bitmap] : added_) {
    neighbours.insert(previous_of(hash));
  }
  for (const auto& hash : neighbours) {
    if (!added_.contains(hash) && !kept_.contains(hash)) {
      write(hash, chain_.find(hash)->bitmap);
    }
  }
  for (const auto* bitmaps : {&added_, &kept_}) {
    for (const auto& [hash, bitmap] : *bitmaps) {
      write(hash, bitmap);
    }
  }
  std::vector<Nsec3Change> all;
  for (const auto& hash : removed_) {
    all.push_back({nsec3_owner_key(hash), std::nullopt});
  }
  for (auto& [hash, rdata] : written_) {
    all.push_back({nsec3_owner_key(hash), std::move(rdata)});
  }
  return all;
}

}  // namespace

Result<std::vector<Nsec3Change>> nsec3_changes(const dns::ZoneSnapshot& zone, const ContentView& content,
                                               const SigningInputs& inputs, const std::set<Bytes>& names) {
  return ChainChange(zone, content, inputs).run(names);
}

}  // namespace minidns::dnssec
