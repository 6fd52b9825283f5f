#pragma once

#include "storage/page.hpp"
#include "storage/postgres/connection.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace minidns::storage::postgres {

/// A list query, put together from fixed pieces of SQL and numbered parameters. Runs unprepared, so that it is planned
/// for the filters that it has.
class ListQuery {
 public:
  /// `from`: the tables, with those joins that conditions need; `id`: the column that breaks ties.
  ListQuery(std::string from, std::string id) : from_(std::move(from)), id_(std::move(id)) {}

  /// Adds a parameter; returns its placeholder.
  [[nodiscard]] std::string param(Param value);
  void where(std::string condition) { conditions_.push_back(std::move(condition)); }
  /// `expression` with `type`, never null.
  void order_by(std::string expression, std::string type, bool descending);
  /// A condition on text; without case if `fold`.
  void where_text(const std::string& expression, const std::optional<TextFilter>& filter, bool fold);

  struct Page {
    bool marker_found = true;
    std::vector<Rows> rows;  ///< one; none without the marker
    std::optional<std::uint64_t> total;
  };
  /// The page's keys are found first; `columns` of `details`, which joins on `page.id`, are read for these only.
  /// Fetches one row more than `limit`.
  [[nodiscard]] Page run(Connection& connection, const std::string& columns, const std::string& details,
                         std::size_t limit, const std::optional<Uuid>& marker, bool count) const;

 private:
  [[nodiscard]] std::string condition() const;

  std::string from_;
  std::string id_;
  std::vector<std::string> conditions_;
  std::vector<Param> params_;
  std::string sort_;
  std::string sort_type_;
  bool descending_ = false;
};

/// For `like`: `*` becomes `%`, what `like` would take for its own is escaped.
[[nodiscard]] std::string like_pattern(const std::string& pattern);

}  // namespace minidns::storage::postgres
