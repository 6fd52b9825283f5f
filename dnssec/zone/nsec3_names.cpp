#include "dnssec/zone/nsec3_names.hpp"

#include <algorithm>
#include <utility>

namespace minidns::dnssec {

void Nsec3Names::add(const dns::Name& name, Bytes bitmap) {
  while (path_.size() > 1 && !name.is_at_or_below(path_.back())) {
    path_.pop_back();
  }
  const auto first_new = static_cast<std::ptrdiff_t>(path_.size());
  if (name != path_.back()) {
    path_.push_back(name);
    for (dns::Name above = name.parent(); above != path_[static_cast<std::size_t>(first_new) - 1];
         above = above.parent()) {
      entries_.push_back({nsec3_hash(above), {}});  // an owner would have come before: this one is empty
      path_.push_back(above);
    }
    std::reverse(path_.begin() + first_new, path_.end());
  }
  entries_.push_back({nsec3_hash(name), std::move(bitmap)});
}

Result<std::vector<Nsec3Names::Entry>> Nsec3Names::take_sorted() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
  const auto twin = std::adjacent_find(entries_.begin(), entries_.end(),
                                       [](const Entry& a, const Entry& b) { return a.hash == b.hash; });
  if (twin != entries_.end()) {
    return Error{Errc::bad_input, apex_.to_text() + ": two names have the same NSEC3 hash"};
  }
  return std::exchange(entries_, {});
}

}  // namespace minidns::dnssec
