#pragma once

#include "api/problem.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::api::test {

/// `a/b/2`
inline std::string joined(const std::vector<std::string>& path) {
  std::string text;
  for (const std::string& step : path) {
    text += (text.empty() ? "" : "/") + step;
  }
  return text;
}

/// All field errors of a problem, one per line: `path: message`.
inline std::string errors_of(const Problem& problem) {
  std::string text;
  for (const FieldError& error : problem.errors) {
    text += joined(error.path) + ": " + error.message + "\n";
  }
  return text;
}

/// Expects a problem with exactly one field error, at `path`, whose message contains `words`.
template <class T>
void expect_field_error(const Result<T>& result, std::string_view path, std::string_view words,
                        ProblemType type = ProblemType::invalid_object) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(traits_of(result.error().type).type, traits_of(type).type);
  ASSERT_EQ(result.error().errors.size(), 1U) << errors_of(result.error());
  EXPECT_EQ(joined(result.error().errors.front().path), path);
  EXPECT_NE(result.error().errors.front().message.find(words), std::string::npos) << errors_of(result.error());
}

/// For reading a failure: why a request that should be fine isn't.
template <class T>
std::string why(const Result<T>& result) {
  return result ? "it is fine"
                : std::string(traits_of(result.error().type).type) + " " + result.error().message + "\n" +
                      errors_of(result.error());
}

}  // namespace minidns::api::test
