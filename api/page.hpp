#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace minidns::api {

enum class SortDir { ascending, descending };

/// Which part of a list is wanted. `Key` is the list's own enum of what it can be sorted by; ties are broken by id, in
/// the same direction. A null value (updated_at, ttl) sorts below all others.
template <class Id, class Key>
struct PageRequest {
  std::size_t limit = limit_default;  ///< 1 to limit_max
  /// The last item of the page before: the list goes on after it, in sort order. If there is no such item (or it is
  /// another project's): marker_not_found.
  std::optional<Id> marker = {};
  Key sort_key = Key::created_at;
  SortDir sort_dir = SortDir::ascending;
  /// Whether `Page::total_count` is wanted; it may be slow.
  bool count = false;

  static constexpr std::size_t limit_default = 20;
  static constexpr std::size_t limit_max = 1000;
};

/// Part of a list.
template <class T>
struct Page {
  std::vector<T> items;  ///< at most `limit`
  /// Whether anything comes after the last item: ask the store for limit + 1.
  bool more = false;
  /// All that fit the filters, wherever the marker is. Only if asked for.
  std::optional<std::uint64_t> total_count = {};
};

/// A filter on text: `*` stands for any characters, everything else for itself. There is no escape. Names are compared
/// without case, other text with.
struct TextPattern {
  std::string text;
  [[nodiscard]] bool has_wildcard() const { return text.find('*') != std::string::npos; }
  friend bool operator==(const TextPattern&, const TextPattern&) = default;
};

}  // namespace minidns::api
