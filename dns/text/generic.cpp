#include "dns/text/generic.hpp"

#include "dns/rrset.hpp"

#include <charconv>

namespace minidns::dns {
namespace {

constexpr std::string_view mark = "\\#";

Error bad(const char* why) {
  return {Errc::bad_rdata, why};
}

}  // namespace

bool is_generic(std::string_view text) {
  const auto start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos || !text.substr(start).starts_with(mark)) {
    return false;
  }
  const auto after = text.substr(start + mark.size());
  return after.empty() || after.front() == ' ' || after.front() == '\t';
}

Result<Bytes> parse_generic(TokenStream& tokens) {
  const auto size_text = tokens.take_word();
  if (!size_text) {
    return bad("\\# must be followed by a length");
  }
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(size_text->data(), size_text->data() + size_text->size(), size);
  if (error != std::errc() || end != size_text->data() + size_text->size()) {
    return bad("\\# must be followed by a length");
  }
  std::string digits;
  while (!tokens.at_end()) {
    const auto word = tokens.take_word();
    if (!word) {
      return word.error();
    }
    digits.append(*word);
  }
  auto octets = from_hex(digits);
  if (!octets) {
    return bad("after \\# and the length there must be hexadecimal digits, an even number of them");
  }
  if (octets->size() != size) {
    return bad("the length after \\# is not that of the octets");
  }
  return std::move(*octets);
}

std::string print_generic(ByteView rdata) {
  std::string text = std::string(mark) + " " + std::to_string(rdata.size());
  if (!rdata.empty()) {
    text += " " + to_hex(rdata);
  }
  return text;
}

}  // namespace minidns::dns
