#include "api/list_query.hpp"
#include "tests/unit/api_support.hpp"

#include <gtest/gtest.h>

#include <string>

namespace minidns::api {
namespace {

constexpr const char* some_id = "794ccc2c-d751-44fe-b57f-8894c9f5c842";

struct Read {
  ZonePageRequest page;
  std::optional<TextPattern> name;
  std::optional<Problem> problem;
};

/// A list with a filter `name` only.
Read read(const std::string& query_text) {
  const auto target = parse_target("/v2/zones?" + query_text);
  EXPECT_TRUE(target.has_value()) << query_text;
  ListQuery query(target->query);
  Read result;
  result.name = query.pattern("name");
  result.page = query.page<ZoneId>(zone_sort_words, true);
  result.problem = query.finish();
  return result;
}

TEST(ListQuery, WithoutAnythingItIsTheFirstPage) {
  const Read result = read("");
  EXPECT_FALSE(result.problem.has_value());
  EXPECT_EQ(result.page.limit, 20U);
  EXPECT_FALSE(result.page.marker.has_value());
  EXPECT_EQ(result.page.sort_key, ZoneSortKey::created_at);
  EXPECT_EQ(result.page.sort_dir, SortDir::ascending);
  EXPECT_TRUE(result.page.count);
}

TEST(ListQuery, PagingIsRead) {
  const Read result = read("limit=5&marker=" + std::string(some_id) + "&sort_key=serial&sort_dir=desc&name=*.a.");
  ASSERT_FALSE(result.problem.has_value()) << result.problem->message;
  EXPECT_EQ(result.page.limit, 5U);
  EXPECT_EQ(result.page.marker->to_string(), some_id);
  EXPECT_EQ(result.page.sort_key, ZoneSortKey::serial);
  EXPECT_EQ(result.page.sort_dir, SortDir::descending);
  EXPECT_TRUE(result.name->has_wildcard());
}

TEST(ListQuery, LimitsHaveABound) {
  EXPECT_EQ(read("limit=1").page.limit, 1U);
  EXPECT_EQ(read("limit=max").page.limit, 1000U);
  EXPECT_EQ(read("limit=1000").page.limit, 1000U);
  EXPECT_EQ(read("limit=1001").page.limit, 1000U);
}

TEST(ListQuery, EachErrorHasItsTypeAndName) {
  const std::tuple<const char*, ProblemType, const char*> rows[] = {
      {"limit=0", ProblemType::invalid_limit, "limit"},
      {"limit=-1", ProblemType::invalid_limit, "limit"},
      {"limit=x", ProblemType::invalid_limit, "limit"},
      {"limit=1.5", ProblemType::invalid_limit, "limit"},
      {"limit=", ProblemType::invalid_limit, "limit"},
      {"limit=99999999999", ProblemType::invalid_limit, "limit"},
      {"marker=x", ProblemType::invalid_marker, "marker"},
      {"sort_key=email", ProblemType::invalid_sort_key, "sort_key"},
      {"sort_dir=up", ProblemType::invalid_sort_dir, "sort_dir"},
      {"bogus=1", ProblemType::bad_request, "bogus"},
      {"name=a.&name=b.", ProblemType::bad_request, "name"},
      {"limit=1&limit=1", ProblemType::bad_request, "limit"},
  };
  for (const auto& [text, type, name] : rows) {
    const Read result = read(text);
    ASSERT_TRUE(result.problem.has_value()) << text;
    EXPECT_EQ(result.problem->type, type) << text;
    EXPECT_EQ(test::joined(result.problem->errors.at(0).path), name) << text;
  }
}

TEST(ListQuery, ParametersThatWidenTheScopeMayBeInAnyQuery) {
  EXPECT_FALSE(read("all_projects=true&all_tenants=1&edit_managed_records=yes").problem.has_value());
}

}  // namespace
}  // namespace minidns::api
