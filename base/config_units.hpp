#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace minidns::config_units {

/// A whole decimal number with an optional sign and nothing else; nothing if it does not fit.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

/// A whole number and a unit without a space: ms, s, m, h, d. Nothing for another form or what does not fit.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// A whole number of octets, or of KiB, MiB or GiB. Nothing for another form or what does not fit.
[[nodiscard]] std::optional<std::uint64_t> parse_octets(std::string_view text);

/// In the largest unit that divides it: 90000 ms is "90s".
[[nodiscard]] std::string to_text(std::chrono::milliseconds duration);

/// In the largest unit that divides it: 65536 is "64KiB".
[[nodiscard]] std::string octets_to_text(std::uint64_t octets);

}  // namespace minidns::config_units
