#include "base/bytes.hpp"

#include <algorithm>
#include <array>

namespace minidns {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xff;

/// From a character to the value of its digit, or `no_digit`.
using DigitTable = std::array<std::uint8_t, 256>;

constexpr DigitTable make_table(std::string_view digits) {
  DigitTable table{};
  table.fill(no_digit);
  for (std::size_t value = 0; value < digits.size(); ++value) {
    table[static_cast<std::uint8_t>(digits[value])] = static_cast<std::uint8_t>(value);
  }
  return table;
}

constexpr DigitTable make_hex_table() {
  DigitTable table = make_table(hex_digits);
  for (std::uint8_t value = 10; value < 16; ++value) {
    table[static_cast<std::uint8_t>('A' + (value - 10))] = value;
  }
  return table;
}

constexpr DigitTable hex_table = make_hex_table();
constexpr DigitTable base64_table = make_table(base64_digits);

constexpr std::uint8_t digit_of(const DigitTable& table, char c) {
  return table[static_cast<std::uint8_t>(c)];
}

/// How many `=` end a quantum of four characters (RFC 4648 §4 allows none, one or two).
std::size_t padding_of(std::string_view text) {
  if (text.ends_with("==")) {
    return 2;
  }
  return text.ends_with('=') ? 1 : 0;
}

}  // namespace

ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(ByteView bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t octet : bytes) {
    text.push_back(hex_digits[octet >> 4U]);
    text.push_back(hex_digits[octet & 0x0fU]);
  }
  return text;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) {
    return std::nullopt;
  }
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::uint8_t high = digit_of(hex_table, text[i]);
    const std::uint8_t low = digit_of(hex_table, text[i + 1]);
    if (high == no_digit || low == no_digit) {
      return std::nullopt;
    }
    bytes.push_back(static_cast<std::uint8_t>((high << 4U) | low));
  }
  return bytes;
}

std::string to_base64(ByteView bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t quantum = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      quantum = (quantum << 8U) | (k < count ? bytes[i + k] : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      text.push_back(k <= count ? base64_digits[(quantum >> (18U - 6U * k)) & 0x3fU] : '=');
    }
  }
  return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  const std::size_t padding = padding_of(text);
  const std::size_t digit_count = text.size() - padding;
  Bytes bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t pending = 0;
  unsigned pending_bits = 0;
  for (std::size_t i = 0; i < digit_count; ++i) {
    const std::uint8_t digit = digit_of(base64_table, text[i]);
    if (digit == no_digit) {
      return std::nullopt;
    }
    pending = (pending << 6U) | digit;
    pending_bits += 6;
    if (pending_bits >= 8) {
      pending_bits -= 8;
      bytes.push_back(static_cast<std::uint8_t>((pending >> pending_bits) & 0xffU));
      pending &= (1U << pending_bits) - 1U;
    }
  }
  // RFC 4648 §3.5: the bits behind the last octet must be zero, so that each value has one spelling.
  return pending == 0 ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace minidns
