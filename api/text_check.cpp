#include "api/text_check.hpp"

#include <algorithm>
#include <cstdint>

namespace minidns::api {
namespace {

std::uint8_t octet_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

/// Octets of the sequence that begins with `lead`; 0 if none does.
std::size_t sequence_size(std::uint8_t lead) {
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xc2 && lead <= 0xdf) {
    return 2;
  }
  if ((lead & 0xf0) == 0xe0) {
    return 3;
  }
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/// The second octet is narrower after some leads: overlong forms, surrogates, above U+10FFFF (RFC 3629 §4).
bool is_second_octet(std::uint8_t lead, std::uint8_t octet) {
  const std::uint8_t from = lead == 0xe0 ? 0xa0 : (lead == 0xf0 ? 0x90 : 0x80);
  const std::uint8_t to = lead == 0xed ? 0x9f : (lead == 0xf4 ? 0x8f : 0xbf);
  return octet >= from && octet <= to;
}

bool is_sequence(std::string_view text, std::size_t at, std::size_t size) {
  if (size == 0 || text.size() - at < size) {
    return false;
  }
  if (size > 1 && !is_second_octet(octet_at(text, at), octet_at(text, at + 1))) {
    return false;
  }
  for (std::size_t i = 2; i < size; ++i) {
    if ((octet_at(text, at + i) & 0xc0) != 0x80) {
      return false;
    }
  }
  return true;
}

bool is_control(char c) {
  const auto octet = static_cast<std::uint8_t>(c);
  return octet < 32 || octet == 127;
}

}  // namespace

std::optional<std::size_t> count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    const std::size_t size = sequence_size(octet_at(text, at));
    if (!is_sequence(text, at, size)) {
      return std::nullopt;
    }
    at += size;
  }
  return count;
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_control);
}

bool has_control_characters_but_white_space(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return is_control(c) && c != '\t' && c != '\n' && c != '\r'; });
}

}  // namespace minidns::api
