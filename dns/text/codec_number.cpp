#include "dns/rr_type.hpp"
#include "dns/text/codec.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <set>

namespace minidns::dns {
namespace {

Error bad(std::string why) {
  return {Errc::bad_rdata, std::move(why)};
}

/// Decimal digits only; nothing if it is no number or above 64 bits.
std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return value;
}

template <std::size_t octets>
Bytes big_endian(std::uint64_t value) {
  Bytes out(octets);
  for (std::size_t i = 0; i < octets; ++i) {
    out[i] = static_cast<std::uint8_t>(value >> (8 * (octets - 1 - i)));
  }
  return out;
}

std::uint64_t value_of(ByteView field) {
  std::uint64_t value = 0;
  for (const std::uint8_t octet : field) {
    value = value << 8 | octet;
  }
  return value;
}

Error out_of_range(std::uint64_t max) {
  return {Errc::bad_value, "it must be a number in 0.." + std::to_string(max)};
}

template <std::size_t octets>
constexpr std::uint64_t max_of = (std::uint64_t{1} << (8 * octets)) - 1;

template <std::size_t octets>
Result<Bytes> parse_unsigned(TokenStream& tokens) {
  const auto word = tokens.take_word();
  if (!word) {
    return word.error();
  }
  const auto value = number(*word);
  if (!value || *value > max_of<octets>) {
    return out_of_range(max_of<octets>);
  }
  return big_endian<octets>(*value);
}

std::optional<std::string> print_unsigned(ByteView field) {
  return std::to_string(value_of(field));
}

std::optional<std::uint64_t> seconds_of_unit(char unit) {
  switch (unit) {
    case 's':
    case 'S':
      return 1;
    case 'm':
    case 'M':
      return 60;
    case 'h':
    case 'H':
      return 3'600;
    case 'd':
    case 'D':
      return 86'400;
    case 'w':
    case 'W':
      return 604'800;
    default:
      return std::nullopt;
  }
}

/// `3600`, `1h`, `1h30m`.
std::optional<std::uint64_t> seconds(std::string_view text) {
  if (const auto plain = number(text)) {
    return plain;
  }
  std::uint64_t sum = 0;
  while (!text.empty()) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto count = digits == 0 || digits > 10 ? std::nullopt : number(text.substr(0, digits));
    const auto unit = digits < text.size() ? seconds_of_unit(text[digits]) : std::nullopt;
    if (!count || !unit) {
      return std::nullopt;
    }
    sum += *count * *unit;  // each part is below 2^54
    if (sum > max_of<4>) {
      return std::nullopt;
    }
    text.remove_prefix(digits + 1);
  }
  return sum;
}

Result<Bytes> parse_period(TokenStream& tokens) {
  const auto word = tokens.take_word();
  if (!word) {
    return word.error();
  }
  const auto value = seconds(*word);
  if (!value || *value > max_of<4>) {
    return out_of_range(max_of<4>);
  }
  return big_endian<4>(*value);
}

/// `YYYYMMDDHHmmSS` in UTC; nothing if it is no such time within 32 bits.
std::optional<std::uint64_t> seconds_of_date(std::string_view text) {
  constexpr std::size_t date_size = 14;
  if (text.size() != date_size || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  const auto part = [&](std::size_t at, std::size_t size) { return static_cast<int>(*number(text.substr(at, size))); };
  const std::chrono::year_month_day day{std::chrono::year(part(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(part(4, 2))),
                                        std::chrono::day(static_cast<unsigned>(part(6, 2)))};
  if (!day.ok() || part(8, 2) > 23 || part(10, 2) > 59 || part(12, 2) > 59) {
    return std::nullopt;
  }
  const std::chrono::sys_seconds time = std::chrono::sys_days(day) + std::chrono::hours(part(8, 2)) +
                                        std::chrono::minutes(part(10, 2)) + std::chrono::seconds(part(12, 2));
  const auto since_epoch = time.time_since_epoch().count();
  if (since_epoch < 0 || static_cast<std::uint64_t>(since_epoch) > max_of<4>) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(since_epoch);
}

Result<Bytes> parse_time(TokenStream& tokens) {
  const auto word = tokens.take_word();
  if (!word) {
    return word.error();
  }
  constexpr std::size_t number_size_max = 10;  // RFC 4034 §3.2 tells the two forms apart by their length
  const auto value = word->size() > number_size_max ? seconds_of_date(*word) : number(*word);
  if (!value || *value > max_of<4>) {
    return bad("it must be a time YYYYMMDDHHmmSS or seconds since 1970");
  }
  return big_endian<4>(*value);
}

std::optional<std::string> print_time(ByteView field) {
  const std::chrono::sys_seconds time{std::chrono::seconds(value_of(field))};
  const auto midnight = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day day(midnight);
  const std::chrono::hh_mm_ss clock(time - midnight);
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%04d%02u%02u%02d%02d%02d", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

Result<Bytes> parse_type(TokenStream& tokens) {
  const auto word = tokens.take_word();
  if (!word) {
    return word.error();
  }
  const auto type = RRType::from_text(*word);
  if (!type) {
    return type.error();
  }
  return big_endian<2>(type->value());
}

std::optional<std::string> print_type(ByteView field) {
  return RRType(static_cast<std::uint16_t>(value_of(field))).to_text();
}

constexpr std::size_t window_octets_max = 32;

Result<Bytes> parse_types(TokenStream& tokens) {
  std::set<std::uint16_t> types;
  while (!tokens.at_end()) {
    const auto word = tokens.take_word();
    if (!word) {
      return word.error();
    }
    const auto type = RRType::from_text(*word);
    if (!type) {
      return type.error();
    }
    types.insert(type->value());
  }
  Bytes out;
  for (auto type = types.begin(); type != types.end();) {
    const unsigned window = *type >> 8;
    Bytes bits;
    for (; type != types.end() && *type >> 8 == window; ++type) {
      const unsigned low = *type & 0xffU;
      bits.resize(low / 8 + 1);
      bits.back() = static_cast<std::uint8_t>(bits.back() | 0x80U >> low % 8);
    }
    out.push_back(static_cast<std::uint8_t>(window));
    out.push_back(static_cast<std::uint8_t>(bits.size()));
    out.insert(out.end(), bits.begin(), bits.end());
  }
  return out;
}

Result<std::size_t> size_of_types(ByteView rest) {
  const std::size_t size = rest.size();
  int window_before = -1;
  while (!rest.empty()) {
    if (rest.size() < 2 || rest[1] > rest.size() - 2) {
      return Error{Errc::truncated, "the RDATA ends inside it"};
    }
    const std::size_t octets = rest[1];
    if (rest[0] <= window_before || octets == 0 || octets > window_octets_max || rest[1 + octets] == 0) {
      return bad("its windows must rise, have 1 to 32 octets and not end in zero");
    }
    window_before = rest[0];
    rest = rest.subspan(2 + octets);
  }
  return size;
}

std::optional<std::string> print_types(ByteView field) {
  std::string text;
  while (!field.empty()) {
    const unsigned window = field[0];
    const std::size_t octets = field[1];
    for (std::size_t bit = 0; bit < octets * 8; ++bit) {
      if ((field[2 + bit / 8] & 0x80U >> bit % 8) != 0) {
        text += (text.empty() ? "" : " ") + RRType(static_cast<std::uint16_t>(window << 8 | bit)).to_text();
      }
    }
    field = field.subspan(2 + octets);
  }
  return text;
}

Result<Bytes> parse_algorithm(TokenStream& tokens) {
  const auto word = tokens.take_word();
  if (!word) {
    return word.error();
  }
  if (const auto value = number(*word)) {
    return *value <= max_of<1> ? Result<Bytes>(big_endian<1>(*value)) : out_of_range(max_of<1>);
  }
  const auto known = dnssec_algorithm_of(*word);
  if (!known) {
    return bad("it must be a number in 0..255 or the mnemonic of an algorithm");
  }
  return Bytes{*known};
}

Result<Bytes> parse_cert_type(TokenStream& tokens) {
  const auto word = tokens.take_word();
  if (!word) {
    return word.error();
  }
  if (const auto value = number(*word)) {
    return *value <= max_of<2> ? Result<Bytes>(big_endian<2>(*value)) : out_of_range(max_of<2>);
  }
  const auto known = certificate_type_of(*word);
  if (!known) {
    return bad("it must be a number in 0..65535 or the mnemonic of a certificate type");
  }
  return big_endian<2>(*known);
}

std::optional<std::string> print_cert_type(ByteView field) {
  const auto value = static_cast<std::uint16_t>(value_of(field));
  const auto mnemonic = certificate_mnemonic_of(value);
  return mnemonic ? *mnemonic : std::to_string(value);
}

}  // namespace

const Codec u8_codec{parse_unsigned<1>, fixed_size<1>, print_unsigned};
const Codec u16_codec{parse_unsigned<2>, fixed_size<2>, print_unsigned};
const Codec u32_codec{parse_unsigned<4>, fixed_size<4>, print_unsigned};
const Codec period_codec{parse_period, fixed_size<4>, print_unsigned};
const Codec time_codec{parse_time, fixed_size<4>, print_time};
const Codec type_codec{parse_type, fixed_size<2>, print_type};
const Codec types_codec{parse_types, size_of_types, print_types};
const Codec algorithm_codec{parse_algorithm, fixed_size<1>, print_unsigned};
const Codec cert_type_codec{parse_cert_type, fixed_size<2>, print_cert_type};

}  // namespace minidns::dns
