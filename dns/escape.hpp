#pragma once

#include "dns/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace minidns::dns {

/// One octet read from presentation form, and how many characters it took.
struct EscapedOctet {
  char octet;
  std::size_t length;
};

/// Reads `\DDD` or `\X` at the start of `text`, which begins with the backslash (RFC 1035 §5.1).
[[nodiscard]] Result<EscapedOctet> read_escape(std::string_view text);

/// Reads the next octet of a label; `text` must not be empty or start with a dot. What would end a name or a record in
/// a zone file must be escaped: white space, control octets, octets above 126, and `" ; ( )`.
[[nodiscard]] Result<EscapedOctet> read_name_character(std::string_view text);

/// Appends an octet of a label so that `read_name_character` reads it back.
void append_name_character(std::string& text, char octet);

/// Appends an octet of a quoted character string: `"` and `\` get a backslash, what isn't printable ASCII is `\DDD`.
void append_quoted_character(std::string& text, char octet);

}  // namespace minidns::dns
