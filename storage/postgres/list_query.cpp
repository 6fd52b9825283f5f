#include "storage/postgres/list_query.hpp"

namespace minidns::storage::postgres {

std::string like_pattern(const std::string& pattern) {
  std::string like;
  for (const char c : pattern) {
    if (c == '*') {
      like += '%';
      continue;
    }
    if (c == '%' || c == '_' || c == '\\') {
      like += '\\';
    }
    like += c;
  }
  return like;
}

std::string ListQuery::param(Param value) {
  params_.push_back(std::move(value));
  return "$" + std::to_string(params_.size());
}

void ListQuery::order_by(std::string expression, std::string type, bool descending) {
  sort_ = std::move(expression);
  sort_type_ = std::move(type);
  descending_ = descending;
}

void ListQuery::where_text(const std::string& expression, const std::optional<TextFilter>& filter, bool fold) {
  if (!filter) {
    return;
  }
  const bool wild = filter->has_wildcard();
  const auto value = param(wild ? like_pattern(filter->pattern) : filter->pattern) + "::text";
  const std::string compare = wild ? " like " : " = ";
  where(fold ? "lower(" + expression + ")" + compare + "lower(" + value + ")" : expression + compare + value);
}

std::string ListQuery::condition() const {
  std::string text = "true";
  for (const auto& condition : conditions_) {
    text += " and (" + condition + ")";
  }
  return text;
}

ListQuery::Page ListQuery::run(Connection& connection, const std::string& columns, const std::string& details,
                               std::size_t limit, const std::optional<Uuid>& marker, bool count) const {
  Page page;
  const auto matching = " from " + from_ + " where " + condition();
  auto keys = "select " + id_ + " as id, " + sort_ + " as sort" + matching;
  auto params = params_;
  if (marker) {
    // The marker's value is looked up first: as a parameter it lets the index be entered at its place.
    params.emplace_back(*marker);
    const auto id = "$" + std::to_string(params.size());
    const auto place =
        connection.execute_unprepared("select (" + sort_ + ")::text" + matching + " and " + id_ + " = " + id, params);
    if (place.empty()) {
      page.marker_found = false;
      return page;
    }
    params.emplace_back(place.text(0, 0));
    keys += " and (" + sort_ + ", " + id_ + ") " + (descending_ ? "<" : ">") + " ($" + std::to_string(params.size()) +
            "::" + sort_type_ + ", " + id + ")";
  }
  const std::string direction = descending_ ? " desc" : "";
  params.emplace_back(static_cast<std::int64_t>(limit + 1));
  keys += " order by " + sort_ + direction + ", " + id_ + direction + " limit $" + std::to_string(params.size());
  page.rows.push_back(connection.execute_unprepared("with page as materialized (" + keys + ") select " + columns +
                                                        " from page join " + details + " order by page.sort" +
                                                        direction + ", page.id" + direction,
                                                    params));
  if (count) {
    const auto rows = connection.execute_unprepared("select count(*)" + matching, params_);
    page.total = static_cast<std::uint64_t>(rows.integer(0, 0));
  }
  return page;
}

}  // namespace minidns::storage::postgres
