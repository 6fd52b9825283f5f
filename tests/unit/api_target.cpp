#include "api/target.hpp"

#include <gtest/gtest.h>

#include <string>

namespace minidns::api {
namespace {

TEST(Target, PathsLoseTheirTrailingSlashes) {
  const std::pair<const char*, const char*> rows[] = {{"/", "/"},
                                                      {"//", "/"},
                                                      {"/v2/zones", "/v2/zones"},
                                                      {"/v2/zones/", "/v2/zones"},
                                                      {"/v2/zones//?a=b", "/v2/zones"}};
  for (const auto& [text, path] : rows) {
    const auto target = parse_target(text);
    ASSERT_TRUE(target.has_value()) << text;
    EXPECT_EQ(target->path, path) << text;
  }
}

TEST(Target, QueriesAreDecodedAndKeptAsTheyCame) {
  const auto target = parse_target("/v2/zones?name=a%2Eb.&x=%C3%A4+y&flag&&z=1=2");
  ASSERT_TRUE(target.has_value());
  ASSERT_EQ(target->query.size(), 4U);
  EXPECT_EQ(target->query[0].value, "a.b.");
  EXPECT_EQ(target->query[1].value, "\xc3\xa4 y");
  EXPECT_EQ(target->query[2].name, "flag");
  EXPECT_EQ(target->query[2].value, "");
  EXPECT_EQ(target->query[3].value, "1=2");
  EXPECT_EQ(target->to_text(), "/v2/zones?name=a%2Eb.&x=%C3%A4+y&flag&z=1=2");
}

TEST(Target, AnAbsoluteFormHasItsOwnAuthority) {
  const auto target = parse_target("http://dns.example:9001/v2/zones?limit=1");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->authority, "dns.example:9001");
  EXPECT_EQ(target->path, "/v2/zones");
  const auto bare = parse_target("http://dns.example");
  ASSERT_TRUE(bare.has_value());
  EXPECT_EQ(bare->path, "/");
}

TEST(Target, WhatIsNoneIsRefused) {
  const std::pair<std::string, const char*> rows[] = {
      {"", "nothing"},
      {"v2/zones", "no slash"},
      {"?a=b", "no path"},
      {"dns.example:9001", "authority form"},
      {"/a?b=%", "a cut escape"},
      {"/a?b=%4", "a cut escape"},
      {"/a?b=%zz", "no hexadecimal digits"},
      {"/a?b=%00", "a zero octet"},
      {"/a?b=%0a", "a line feed"},
      {"/a?b=%ff", "not UTF-8"},
      {"/a#b", "a fragment"},
      {"/\xc3\xa4", "an octet above 126"},
  };
  for (const auto& [text, reason] : rows) {
    const auto target = parse_target(text);
    ASSERT_FALSE(target.has_value()) << reason;
    EXPECT_EQ(target.error().type, ProblemType::bad_request) << reason;
  }
}

}  // namespace
}  // namespace minidns::api
