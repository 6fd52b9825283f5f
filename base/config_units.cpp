#include "base/config_units.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace minidns::config_units {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t size;
};

// Each list ends with the unit of one.
constexpr std::array<Unit, 5> duration_units = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<Unit, 4> octet_units = {{{"GiB", 1U << 30U}, {"MiB", 1U << 20U}, {"KiB", 1U << 10U}, {"", 1}}};

template <class Units>
std::optional<std::uint64_t> parse_with_unit(std::string_view text, const Units& units, std::uint64_t max) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) {
    return std::nullopt;
  }
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : units) {
    if (name == unit.name) {
      return number <= max / unit.size ? std::optional(number * unit.size) : std::nullopt;
    }
  }
  return std::nullopt;
}

template <class Units>
std::string print_with_unit(std::uint64_t value, const Units& units) {
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.size == 0) {
      return std::to_string(value / unit.size).append(unit.name);
    }
  }
  return std::to_string(value).append(units.back().name);
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  const char* const stop = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), stop, number);
  return error == std::errc() && end == stop ? std::optional(number) : std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto value = parse_with_unit(text, duration_units, std::numeric_limits<std::int64_t>::max());
  return value ? std::optional(std::chrono::milliseconds(static_cast<std::int64_t>(*value))) : std::nullopt;
}

std::optional<std::uint64_t> parse_octets(std::string_view text) {
  return parse_with_unit(text, octet_units, std::numeric_limits<std::uint64_t>::max());
}

std::string to_text(std::chrono::milliseconds duration) {
  return print_with_unit(static_cast<std::uint64_t>(duration.count()), duration_units);
}

std::string octets_to_text(std::uint64_t octets) {
  return print_with_unit(octets, octet_units);
}

}  // namespace minidns::config_units
