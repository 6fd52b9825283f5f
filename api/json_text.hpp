#pragma once

#include "api/problem.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <string_view>

namespace minidns::api {

/// Objects and arrays inside each other; no request needs more than 3.
inline constexpr std::size_t json_depth_max = 16;

/// Strict RFC 8259: one value, valid UTF-8, no comments, no trailing commas, no NaN, and no key twice in an object
/// (RFC 8259 §4 leaves open which would count). empty_request_body for nothing but white space, invalid_json for the
/// rest; a duplicate key's path is in `errors`. Numbers without fraction or exponent that fit 64 bits are integers.
[[nodiscard]] Result<boost::json::value> parse_json(std::string_view text);

}  // namespace minidns::api
