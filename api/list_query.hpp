#pragma once

#include "api/page.hpp"
#include "api/problem.hpp"
#include "api/target.hpp"
#include "api/vocabulary.hpp"
#include "dns/rr_type.hpp"
#include "dns/ttl.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::api {

/// Reads the query of a list: filters and paging. Every getter marks its name as known; `finish` gives the first thing
/// that was wrong: a value, a name that nobody asked for, or one given twice.
class ListQuery {
 public:
  explicit ListQuery(const std::vector<QueryParameter>& parameters);

  [[nodiscard]] std::optional<TextPattern> pattern(std::string_view name);
  [[nodiscard]] std::optional<dns::Ttl> ttl(std::string_view name);
  [[nodiscard]] std::optional<dns::RRType> rr_type(std::string_view name);

  template <class T, std::size_t N>
  [[nodiscard]] std::optional<T> word(std::string_view name, const Words<T, N>& words) {
    const auto text = take(name);
    if (!text) {
      return std::nullopt;
    }
    const auto value = words.value_of(*text);
    if (!value) {
      fail(ProblemType::bad_request, name, "not " + words.choices());
    }
    return value;
  }

  template <class IdType>
  [[nodiscard]] std::optional<IdType> id(std::string_view name) {
    const auto text = take(name);
    if (!text) {
      return std::nullopt;
    }
    const auto value = IdType::parse(*text);
    if (!value) {
      fail(ProblemType::bad_request, name, "not a UUID");
    }
    return value;
  }

  /// `limit`, `marker`, `sort_key`, `sort_dir`.
  template <class IdType, class Key, std::size_t N>
  [[nodiscard]] PageRequest<IdType, Key> page(const Words<Key, N>& sort_words, bool count) {
    PageRequest<IdType, Key> request;
    request.limit = limit();
    request.count = count;
    if (const auto text = take("marker")) {
      request.marker = IdType::parse(*text);
      if (!request.marker) {
        fail(ProblemType::invalid_marker, "marker", "not a UUID");
      }
    }
    if (const auto text = take("sort_key")) {
      const auto key = sort_words.value_of(*text);
      if (!key) {
        fail(ProblemType::invalid_sort_key, "sort_key", "not " + sort_words.choices());
      }
      request.sort_key = key.value_or(request.sort_key);
    }
    request.sort_dir = sort_dir();
    return request;
  }

  [[nodiscard]] std::optional<Problem> finish();

 private:
  [[nodiscard]] std::optional<std::string_view> take(std::string_view name);
  [[nodiscard]] std::size_t limit();
  [[nodiscard]] SortDir sort_dir();
  void fail(ProblemType type, std::string_view name, std::string message);

  const std::vector<QueryParameter>& parameters_;
  std::set<std::string, std::less<>> known_;
  std::optional<Problem> problem_;
};

}  // namespace minidns::api
