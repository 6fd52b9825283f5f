#include "dns/escape.hpp"

namespace minidns::dns {
namespace {

bool is_printable(char c) {
  return c > ' ' && c < 127;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void append_decimal_escape(std::string& text, char octet) {
  const unsigned value = static_cast<unsigned char>(octet);
  text.push_back('\\');
  text.push_back(static_cast<char>('0' + value / 100));
  text.push_back(static_cast<char>('0' + value / 10 % 10));
  text.push_back(static_cast<char>('0' + value % 10));
}

Error bad_escape(const char* why) {
  return {Errc::bad_label, why};
}

}  // namespace

Result<EscapedOctet> read_escape(std::string_view text) {
  if (text.size() < 2) {
    return bad_escape("a backslash must be followed by a character or three digits");
  }
  if (!is_digit(text[1])) {
    if (!is_printable(text[1]) && text[1] != ' ') {
      return bad_escape("a backslash must be followed by a printable character or three digits");
    }
    return EscapedOctet{text[1], 2};
  }
  if (text.size() < 4 || !is_digit(text[2]) || !is_digit(text[3])) {
    return bad_escape("a backslash and a digit must be followed by two more digits");
  }
  const int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
  if (value > 255) {
    return bad_escape("an escape \\DDD must be at most \\255");
  }
  return EscapedOctet{static_cast<char>(value), 4};
}

Result<EscapedOctet> read_name_character(std::string_view text) {
  const char c = text.front();
  if (c == '\\') {
    return read_escape(text);
  }
  if (static_cast<unsigned char>(c) > 126) {
    return Error{Errc::bad_label, "a name must be ASCII (write xn-- labels, or \\DDD)"};
  }
  constexpr std::string_view must_be_escaped = "\";()";
  if (!is_printable(c) || must_be_escaped.find(c) != std::string_view::npos) {
    return Error{Errc::bad_label, "a name has a character that must be escaped"};
  }
  return EscapedOctet{c, 1};
}

void append_name_character(std::string& text, char octet) {
  constexpr std::string_view special = ".\\\";()@$";
  if (!is_printable(octet)) {
    append_decimal_escape(text, octet);
    return;
  }
  if (special.find(octet) != std::string_view::npos) {
    text.push_back('\\');
  }
  text.push_back(octet);
}

void append_quoted_character(std::string& text, char octet) {
  if (!is_printable(octet) && octet != ' ') {
    append_decimal_escape(text, octet);
    return;
  }
  if (octet == '"' || octet == '\\') {
    text.push_back('\\');
  }
  text.push_back(octet);
}

}  // namespace minidns::dns
