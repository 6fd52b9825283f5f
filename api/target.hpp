#pragma once

#include "api/problem.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::api {

/// `name=value` of a query, decoded, and as it came.
struct QueryParameter {
  std::string name;
  std::string value;
  std::string raw;
};

/// What a request is about (RFC 9112 §3.2).
struct Target {
  /// Not decoded; begins with a slash, without slashes at the end unless it is only one. `*` for OPTIONS *.
  std::string path;
  std::vector<QueryParameter> query;
  /// `host[:port]` of an absolute-form target, which counts instead of the Host field (RFC 9112 §3.2.2).
  std::optional<std::string> authority;

  /// Path and query, the latter as it came.
  [[nodiscard]] std::string to_text() const;
};

/// Origin form, absolute form, or `*`; bad_request for another, for octets that a URI can't have, for wrong percent
/// signs and for values that aren't UTF-8 without control characters.
[[nodiscard]] Result<Target> parse_target(std::string_view text);

}  // namespace minidns::api
