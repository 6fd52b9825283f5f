#include "api/json_text.hpp"
#include "api/text_check.hpp"
#include "tests/unit/api_support.hpp"

#include <boost/json/object.hpp>
#include <gtest/gtest.h>

#include <string>

namespace minidns::api {
namespace {

struct BadText {
  std::string text;
  const char* reason;
};

TEST(JsonText, WhatIsNotStrictJsonIsRefused) {
  const std::string deep(json_depth_max + 1, '[');
  const BadText rows[] = {
      {"{", "ends early"},
      {"{\"a\":1,}", "trailing comma"},
      {"{\"a\":1} x", "something behind the value"},
      {"{\"a\":1}{}", "two values"},
      {"{a:1}", "key without quotes"},
      {"{'a':1}", "single quotes"},
      {"// c\n{}", "comment"},
      {"{\"a\":NaN}", "no number"},
      {"{\"a\":01}", "leading zero"},
      {"{\"a\":\"\n\"}", "raw control character in a string"},
      {"{\"a\":\"\xff\"}", "not UTF-8"},
      {"{\"a\":\"\xc0\x80\"}", "overlong UTF-8"},
      {"{\"a\":\"\\ud800\"}", "lone surrogate"},
      {deep + std::string(json_depth_max + 1, ']'), "deeper than the limit"},
      {"nul", "half a word"},
      {"\xef\xbb\xbf{}", "byte order mark"},
  };
  for (const BadText& row : rows) {
    const auto value = parse_json(row.text);
    ASSERT_FALSE(value.has_value()) << row.reason;
    EXPECT_EQ(value.error().type, ProblemType::invalid_json) << row.reason;
    EXPECT_FALSE(value.error().message.empty()) << row.reason;
  }
}

TEST(JsonText, NothingButWhiteSpaceIsAnEmptyBody) {
  for (const char* text : {"", " ", "\r\n\t "}) {
    const auto value = parse_json(text);
    ASSERT_FALSE(value.has_value());
    EXPECT_EQ(value.error().type, ProblemType::empty_request_body);
  }
}

TEST(JsonText, AKeyThatComesTwiceIsNamedWithItsPath) {
  test::expect_field_error(parse_json(R"({"a":1,"a":1})"), "a", "duplicate", ProblemType::invalid_json);
  test::expect_field_error(parse_json(R"({"a":[{"b":1},{"c":1,"c":2}]})"), "a/1/c", "duplicate",
                           ProblemType::invalid_json);
  test::expect_field_error(parse_json(R"({"ab":1,"\u0061b":2})"), "ab", "duplicate", ProblemType::invalid_json);
}

TEST(JsonText, TheSameKeyInTwoObjectsIsFine) {
  EXPECT_TRUE(parse_json(R"({"a":{"x":1},"b":{"x":1},"x":[{"x":1},{"x":2}]})").has_value());
}

TEST(JsonText, DepthUpToTheLimitIsFine) {
  EXPECT_TRUE(parse_json(std::string(json_depth_max, '[') + std::string(json_depth_max, ']')).has_value());
}

TEST(JsonText, NumbersKeepTheirKind) {
  const auto value = parse_json(R"({"i":-5,"u":18446744073709551615,"d":1.0,"e":1e2})");
  ASSERT_TRUE(value.has_value());
  const auto& object = value->as_object();
  EXPECT_TRUE(object.at("i").is_int64());
  EXPECT_TRUE(object.at("u").is_uint64());
  EXPECT_TRUE(object.at("d").is_double());
  EXPECT_TRUE(object.at("e").is_double());
}

TEST(TextCheck, CodePointsAreCountedInValidUtf8Only) {
  struct Row {
    std::string text;
    std::optional<std::size_t> count;
    const char* reason;
  };
  const Row rows[] = {
      {"", 0, "empty"},
      {"abc", 3, "ASCII"},
      {"\xc3\xa4", 1, "two octets"},
      {"\xe2\x82\xac", 1, "three octets"},
      {"\xf0\x9f\x98\x80", 1, "four octets"},
      {"\xf4\x8f\xbf\xbf", 1, "U+10FFFF, the last one"},
      {"\xf4\x90\x80\x80", std::nullopt, "above U+10FFFF"},
      {"\xed\xa0\x80", std::nullopt, "a surrogate"},
      {"\xe0\x80\xaf", std::nullopt, "overlong with three octets"},
      {"\xf0\x80\x80\xaf", std::nullopt, "overlong with four octets"},
      {"\xc1\xbf", std::nullopt, "overlong with two octets"},
      {"\xc3", std::nullopt, "cut"},
      {"\xe2\x82", std::nullopt, "cut"},
      {"\x80", std::nullopt, "continuation without a lead"},
      {"\xff", std::nullopt, "no lead"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(count_code_points(row.text), row.count) << row.reason;
  }
}

}  // namespace
}  // namespace minidns::api
