#pragma once

#include "base/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

/// Whose things a read or a write reaches; nothing: everybody's.
struct Reach {
  std::optional<ProjectId> project;
};

/// A filter on text: `*` stands for any characters. Names are compared without case, other text with.
struct TextFilter {
  std::string pattern;
  [[nodiscard]] bool has_wildcard() const { return pattern.find('*') != std::string::npos; }
};

/// Which part of a list is wanted; ties are broken by id, in the same direction. A null value sorts below all others.
template <class Id, class Key>
struct ListRequest {
  std::size_t limit;
  std::optional<Id> marker;  ///< the list goes on after this one
  Key key;
  bool descending = false;
  bool count = false;  ///< whether the total is wanted
};

template <class T>
struct ListResult {
  bool marker_found = true;  ///< if false there is nothing else
  std::vector<T> items;
  bool more = false;
  std::optional<std::uint64_t> total;
};

}  // namespace minidns::storage
