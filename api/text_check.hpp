#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace minidns::api {

/// Code points of UTF-8 text; nothing if it isn't UTF-8 (RFC 3629: shortest form, no surrogates, up to U+10FFFF).
[[nodiscard]] std::optional<std::size_t> count_code_points(std::string_view text);

/// Whether there is an octet below 32 or the octet 127. PostgreSQL can't store 0; the rest have no business in one line
/// of text.
[[nodiscard]] bool has_control_characters(std::string_view text);
/// The same, but tab, line feed and carriage return may be.
[[nodiscard]] bool has_control_characters_but_white_space(std::string_view text);

}  // namespace minidns::api
