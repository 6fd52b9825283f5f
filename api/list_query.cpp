#include "api/list_query.hpp"

#include "api/scope.hpp"

#include <algorithm>
#include <charconv>

namespace minidns::api {
namespace {

/// The whole text as a number of its type; nothing for anything else.
template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

// These may be in any query.
ListQuery::ListQuery(const std::vector<QueryParameter>& parameters)
    : parameters_(parameters), known_(scope_parameters.begin(), scope_parameters.end()) {}

std::optional<TextPattern> ListQuery::pattern(std::string_view name) {
  const auto text = take(name);
  return text ? std::optional(TextPattern{std::string(*text)}) : std::nullopt;
}

std::optional<dns::Ttl> ListQuery::ttl(std::string_view name) {
  const auto text = take(name);
  if (!text) {
    return std::nullopt;
  }
  const auto seconds = parse_number<std::int64_t>(*text);
  const auto ttl = seconds ? dns::Ttl::from_seconds(*seconds) : dns::Error{dns::Errc::bad_value, ""};
  if (!ttl) {
    fail(ProblemType::bad_request, name, "not an integer in the range 0 to " + std::to_string(dns::Ttl::seconds_max));
    return std::nullopt;
  }
  return *ttl;
}

std::optional<dns::RRType> ListQuery::rr_type(std::string_view name) {
  const auto text = take(name);
  if (!text) {
    return std::nullopt;
  }
  const auto type = dns::RRType::from_text(*text);
  if (!type) {
    fail(ProblemType::bad_request, name, "not a record type: " + type.error().detail);
    return std::nullopt;
  }
  return *type;
}

std::optional<Problem> ListQuery::finish() {
  for (const QueryParameter& parameter : parameters_) {
    if (!known_.contains(parameter.name)) {
      fail(ProblemType::bad_request, parameter.name, "not a filter of this list");
    }
  }
  return problem_;
}

std::optional<std::string_view> ListQuery::take(std::string_view name) {
  known_.emplace(name);
  std::optional<std::string_view> value;
  for (const QueryParameter& parameter : parameters_) {
    if (parameter.name != name) {
      continue;
    }
    if (value) {
      fail(ProblemType::bad_request, name, "given twice");
    }
    value = parameter.value;
  }
  return value;
}

std::size_t ListQuery::limit() {
  using Any = PageRequest<int, PoolSortKey>;
  const auto text = take("limit");
  if (!text) {
    return Any::limit_default;
  }
  if (*text == "max") {
    return Any::limit_max;
  }
  const auto number = parse_number<std::uint32_t>(*text);
  if (!number || *number == 0) {
    fail(ProblemType::invalid_limit, "limit", "not a positive integer or 'max'");
    return Any::limit_default;
  }
  // Clamped, unlike Designate: a page is built in memory. Whoever wants more follows `links.next`.
  return std::min<std::size_t>(*number, Any::limit_max);
}

SortDir ListQuery::sort_dir() {
  const auto text = take("sort_dir");
  if (!text) {
    return SortDir::ascending;
  }
  const auto dir = sort_dir_words.value_of(*text);
  if (!dir) {
    fail(ProblemType::invalid_sort_dir, "sort_dir", "not " + sort_dir_words.choices());
  }
  return dir.value_or(SortDir::ascending);
}

void ListQuery::fail(ProblemType type, std::string_view name, std::string message) {
  if (!problem_) {
    std::string text = "'" + std::string(name) + "': " + message;
    problem_ = Problem{type, std::move(text), {FieldError{{std::string(name)}, std::move(message)}}};
  }
}

}  // namespace minidns::api
