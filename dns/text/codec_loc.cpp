// LOC (RFC 1876). Not left to ldns: it takes degrees out of range, which BIND refuses with the whole transfer, and
// prints some sizes so that they don't read back.

#include "dns/text/codec.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace minidns::dns {
namespace {

constexpr std::size_t loc_size_octets = 16;
constexpr std::uint32_t equator = 0x8000'0000;                // also the prime meridian
constexpr std::uint64_t milliseconds_per_degree = 3'600'000;  // of arc
constexpr std::uint64_t altitude_zero_cm = 10'000'000;        // 100,000 m below the WGS 84 spheroid
constexpr std::uint64_t altitude_cm_max = 0xffff'ffff;
constexpr std::uint64_t precision_cm_max = 9'000'000'000;  // 9e9, one digit and one exponent
constexpr std::array<std::uint8_t, 3> default_precision = {0x12, 0x16,
                                                           0x13};  // size 1 m, horizontal 10 km, vertical 10 m

Error bad(const char* why) {
  return {Errc::bad_rdata, why};
}

/// `12` or `12.345` as thousandths (or, with 2 `decimals`, hundredths); nothing if it is no such number or has more
/// decimals.
std::optional<std::uint64_t> fixed_point(std::string_view text, std::size_t decimals) {
  constexpr std::size_t whole_digits_max = 9;
  const auto dot = text.find('.');
  const auto whole = text.substr(0, dot);
  const auto fraction = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  const auto all_digits = [](std::string_view digits) {
    return std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (whole.empty() || whole.size() > whole_digits_max || fraction.size() > decimals || !all_digits(whole) ||
      !all_digits(fraction) || (dot != std::string_view::npos && fraction.empty())) {
    return std::nullopt;
  }
  std::uint64_t value = 0;
  for (const char c : whole) {
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  for (std::size_t i = 0; i < decimals; ++i) {
    value = value * 10 + (i < fraction.size() ? static_cast<std::uint64_t>(fraction[i] - '0') : 0);
  }
  return value;
}

/// A length in metres, with or without `m`, as centimetres.
std::optional<std::uint64_t> centimetres(std::string_view text) {
  if (!text.empty() && (text.back() == 'm' || text.back() == 'M')) {
    text.remove_suffix(1);
  }
  return fixed_point(text, 2);
}

struct Angle {
  char positive;
  char negative;
  std::uint64_t degrees_max;
  const char* form;
};

constexpr Angle latitude{'N', 'S', 90, "the latitude must have the form d [m [s]] {N|S}, up to 90 degrees"};
constexpr Angle longitude{'E', 'W', 180, "the longitude must have the form d [m [s]] {E|W}, up to 180 degrees"};

Result<std::uint32_t> parse_angle(TokenStream& tokens, const Angle& angle) {
  constexpr std::array<std::uint64_t, 3> unit = {milliseconds_per_degree, 60'000, 1'000};
  std::uint64_t milliseconds = 0;
  for (std::size_t part = 0; part <= unit.size(); ++part) {
    const auto word = tokens.take_word();
    if (!word) {
      return bad(angle.form);
    }
    const char direction = word->size() == 1 ? static_cast<char>(word->front() & ~0x20) : '\0';
    if (part > 0 && (direction == angle.positive || direction == angle.negative)) {
      if (milliseconds > angle.degrees_max * milliseconds_per_degree) {
        return bad(angle.form);
      }
      const auto distance = static_cast<std::uint32_t>(milliseconds);
      return direction == angle.positive ? equator + distance : equator - distance;
    }
    const bool is_seconds = part == 2;
    const auto value = part < unit.size() ? fixed_point(*word, is_seconds ? 3 : 0) : std::nullopt;
    const std::uint64_t value_max = part == 0 ? angle.degrees_max : is_seconds ? 59'999 : 59;
    if (!value || *value > value_max) {
      return bad(angle.form);
    }
    milliseconds += *value * (is_seconds ? 1 : unit[part]);
  }
  return bad(angle.form);
}

Result<std::uint32_t> parse_altitude(TokenStream& tokens) {
  constexpr const char* form = "the altitude must be metres in -100000.00..42849672.95, with or without m";
  const auto word = tokens.take_word();
  if (!word) {
    return bad(form);
  }
  const bool below = word->starts_with('-');
  const auto value = centimetres(word->substr(below ? 1 : 0));
  if (!value || (below ? *value > altitude_zero_cm : *value + altitude_zero_cm > altitude_cm_max)) {
    return bad(form);
  }
  return static_cast<std::uint32_t>(below ? altitude_zero_cm - *value : altitude_zero_cm + *value);
}

/// One digit and an exponent of ten, in centimetres; further digits are lost, as RFC 1876 §2 has it.
Result<std::uint8_t> parse_precision(TokenStream& tokens) {
  const auto word = tokens.take_word();
  const auto value = word ? centimetres(*word) : std::nullopt;
  if (!value || *value > precision_cm_max) {
    return bad("a size or precision must be metres in 0.00..90000000.00, with or without m");
  }
  std::uint64_t digit = *value;
  unsigned exponent = 0;
  while (digit > 9) {
    digit /= 10;
    ++exponent;
  }
  return static_cast<std::uint8_t>(digit << 4 | exponent);
}

Result<Bytes> parse(TokenStream& tokens) {
  const auto north = parse_angle(tokens, latitude);
  if (!north) {
    return north.error();
  }
  const auto east = parse_angle(tokens, longitude);
  if (!east) {
    return east.error();
  }
  const auto altitude = parse_altitude(tokens);
  if (!altitude) {
    return altitude.error();
  }
  Bytes out{0};
  for (const std::uint8_t fallback : default_precision) {
    const auto precision = tokens.at_end() ? Result<std::uint8_t>(fallback) : parse_precision(tokens);
    if (!precision) {
      return precision.error();
    }
    out.push_back(*precision);
  }
  for (const std::uint32_t value : {*north, *east, *altitude}) {
    for (const int shift : {24, 16, 8, 0}) {
      out.push_back(static_cast<std::uint8_t>(value >> shift));
    }
  }
  return out;
}

std::uint32_t u32_at(ByteView field, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | field[at + i];
  }
  return value;
}

bool is_within(std::uint32_t value, const Angle& angle) {
  const std::uint32_t distance = value >= equator ? value - equator : equator - value;
  return distance <= angle.degrees_max * milliseconds_per_degree;
}

Result<std::size_t> size(ByteView rest) {
  const auto octets = fixed_size<loc_size_octets>(rest);
  if (!octets) {
    return octets;
  }
  if (rest[0] != 0) {
    return bad("only version 0 is known");
  }
  for (std::size_t i = 1; i <= default_precision.size(); ++i) {
    const unsigned digit = rest[i] >> 4;
    const unsigned exponent = rest[i] & 0xfU;
    if (digit > 9 || exponent > 9 || (digit == 0 && exponent != 0)) {
      return bad("a size or precision is out of range");
    }
  }
  if (!is_within(u32_at(rest, 4), latitude) || !is_within(u32_at(rest, 8), longitude)) {
    return bad("the latitude or longitude is out of range");
  }
  return octets;
}

std::string angle_text(std::uint32_t value, const Angle& angle) {
  const bool positive = value >= equator;
  const std::uint32_t distance = positive ? value - equator : equator - value;
  std::array<char, 48> text;
  std::snprintf(text.data(), text.size(), "%u %u %u.%03u %c", distance / 3'600'000, distance / 60'000 % 60,
                distance / 1'000 % 60, distance % 1'000, positive ? angle.positive : angle.negative);
  return text.data();
}

std::string metres_text(std::uint64_t centimetres_value) {
  std::array<char, 48> text;
  std::snprintf(text.data(), text.size(), "%llu.%02llum", static_cast<unsigned long long>(centimetres_value / 100),
                static_cast<unsigned long long>(centimetres_value % 100));
  return text.data();
}

std::optional<std::string> print(ByteView field) {
  const std::uint64_t altitude = u32_at(field, 12);
  const bool below = altitude < altitude_zero_cm;
  std::string text = angle_text(u32_at(field, 4), latitude) + " " + angle_text(u32_at(field, 8), longitude) + " " +
                     (below ? "-" : "") +
                     metres_text(below ? altitude_zero_cm - altitude : altitude - altitude_zero_cm);
  for (std::size_t i = 1; i <= default_precision.size(); ++i) {
    std::uint64_t value = field[i] >> 4;
    for (unsigned exponent = field[i] & 0xfU; exponent > 0; --exponent) {
      value *= 10;
    }
    text += " " + metres_text(value);
  }
  return text;
}

}  // namespace

const Codec loc_codec{parse, size, print};

}  // namespace minidns::dns
