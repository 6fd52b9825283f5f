#include "dns/escape.hpp"
#include "dns/name.hpp"
#include "dns/text/codec.hpp"
#include "dns/wire/reader.hpp"

#include <algorithm>

namespace minidns::dns {
namespace {

constexpr std::size_t string_size_octets_max = 255;  // RFC 1035 §3.3

Error bad(const char* why) {
  return {Errc::bad_rdata, why};
}

Result<Bytes> parse_name(TokenStream& tokens) {
  const auto name = tokens.take_name();
  if (!name) {
    return name.error();
  }
  const auto wire = name->wire();
  return Bytes(wire.begin(), wire.end());
}

Result<std::size_t> size_of_name(ByteView rest) {
  Reader reader(rest);
  const auto name = reader.uncompressed_name();
  if (!name) {
    return name.error();
  }
  return reader.position();
}

std::optional<std::string> print_name(ByteView field) {
  return Name::from_wire(field)->to_text();
}

/// The octets of a word, quoted or not; what isn't quoted must have no quotes inside.
Result<Bytes> octets_of(const Token& token) {
  if (!token.quoted && has_bare_quote(token.text)) {
    return bad("a quote inside a word must be escaped");
  }
  return unescape(token.inner());
}

Result<Bytes> as_character_string(const Token& token) {
  const auto octets = octets_of(token);
  if (!octets) {
    return octets.error();
  }
  if (octets->size() > string_size_octets_max) {
    return bad("a string has more than 255 octets: split it into several quoted strings, \"...\" \"...\"");
  }
  Bytes out{static_cast<std::uint8_t>(octets->size())};
  out.insert(out.end(), octets->begin(), octets->end());
  return out;
}

std::string quoted(ByteView octets) {
  std::string text = "\"";
  for (const std::uint8_t octet : octets) {
    append_quoted_character(text, static_cast<char>(octet));
  }
  text.push_back('"');
  return text;
}

Result<Bytes> parse_string(TokenStream& tokens) {
  const auto token = tokens.take();
  if (!token) {
    return token.error();
  }
  return as_character_string(*token);
}

Result<std::size_t> size_of_string(ByteView rest) {
  if (rest.empty() || rest.size() < 1 + std::size_t{rest[0]}) {
    return Error{Errc::truncated, "the RDATA ends inside it"};
  }
  return 1 + std::size_t{rest[0]};
}

std::optional<std::string> print_string(ByteView field) {
  return quoted(field.subspan(1));
}

Result<Bytes> parse_optional_string(TokenStream& tokens) {
  return tokens.at_end() ? Result<Bytes>(Bytes{}) : parse_string(tokens);
}

Result<std::size_t> size_of_optional_string(ByteView rest) {
  return rest.empty() ? Result<std::size_t>(std::size_t{0}) : size_of_string(rest);
}

std::optional<std::string> print_optional_string(ByteView field) {
  return field.empty() ? std::string() : print_string(field);
}

/// `v=spf1 -all` without quotes would become two strings that are read as `v=spf1-all`: that is never meant.
Result<Bytes> parse_strings(TokenStream& tokens) {
  const bool several = tokens.remaining() > 1;
  Bytes out;
  do {
    const auto token = tokens.take();
    if (!token) {
      return token.error();
    }
    if (several && !token->quoted) {
      return bad("text with white space must be in quotes, as must each of several strings");
    }
    const auto string = as_character_string(*token);
    if (!string) {
      return string.error();
    }
    out.insert(out.end(), string->begin(), string->end());
  } while (!tokens.at_end());
  return out;
}

Result<std::size_t> size_of_strings(ByteView rest) {
  const std::size_t size = rest.size();
  do {
    const auto one = size_of_string(rest);
    if (!one) {
      return one.error();
    }
    rest = rest.subspan(*one);
  } while (!rest.empty());
  return size;
}

std::optional<std::string> print_strings(ByteView field) {
  std::string text;
  while (!field.empty()) {
    const std::size_t size = 1 + std::size_t{field[0]};
    text += (text.empty() ? "" : " ") + quoted(field.subspan(1, size - 1));
    field = field.subspan(size);
  }
  return text;
}

Result<std::size_t> size_of_rest(ByteView rest) {
  return rest.size();
}

std::optional<std::string> print_rest(ByteView field) {
  return quoted(field);
}

Result<Bytes> parse_long_string(TokenStream& tokens) {
  const auto token = tokens.take();
  if (!token) {
    return token.error();
  }
  auto octets = octets_of(*token);
  if (octets && octets->empty()) {
    return bad("it must not be empty");
  }
  return octets;
}

Result<std::size_t> size_of_long_string(ByteView rest) {
  if (rest.empty()) {
    return bad("it must not be empty");  // RFC 7553 §4.4
  }
  return rest.size();
}

bool is_caa_tag(ByteView octets) {
  return !octets.empty() && octets.size() <= string_size_octets_max &&
         std::all_of(octets.begin(), octets.end(), [](std::uint8_t c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
         });
}

constexpr const char* caa_tag_rule = "it must have 1 to 255 letters and digits";

Result<Bytes> parse_caa_tag(TokenStream& tokens) {
  const auto word = tokens.take_word();
  if (!word) {
    return word.error();
  }
  if (!is_caa_tag(as_bytes(*word))) {
    return bad(caa_tag_rule);
  }
  Bytes out{static_cast<std::uint8_t>(word->size())};
  out.insert(out.end(), word->begin(), word->end());
  return out;
}

Result<std::size_t> size_of_caa_tag(ByteView rest) {
  const auto size = size_of_string(rest);
  if (size && !is_caa_tag(rest.subspan(1, *size - 1))) {
    return bad(caa_tag_rule);
  }
  return size;
}

std::optional<std::string> print_caa_tag(ByteView field) {
  return std::string(as_text(field.subspan(1)));
}

/// Quoted, or without quotes to the end of the line, `ca.example; policy=ev`, as Designate's clients send it.
Result<Bytes> parse_caa_value(TokenStream& tokens) {
  const auto first = tokens.take();
  if (!first) {
    return first.error();
  }
  if (first->quoted || tokens.at_end()) {
    return octets_of(*first);
  }
  const auto rest = tokens.take_rest();
  const std::string_view value(first->text.data(), rest.data() + rest.size());
  if (has_bare_quote(value)) {
    return bad("quotes must be around the whole value");
  }
  return unescape(value);
}

}  // namespace

const Codec name_codec{parse_name, size_of_name, print_name};
const Codec string_codec{parse_string, size_of_string, print_string};
const Codec optional_string_codec{parse_optional_string, size_of_optional_string, print_optional_string};
const Codec strings_codec{parse_strings, size_of_strings, print_strings};
const Codec long_string_codec{parse_long_string, size_of_long_string, print_rest};
const Codec caa_tag_codec{parse_caa_tag, size_of_caa_tag, print_caa_tag};
const Codec caa_value_codec{parse_caa_value, size_of_rest, print_rest};

}  // namespace minidns::dns
