#pragma once

#include "base/bytes.hpp"
#include "dns/error.hpp"
#include "dns/text/tokens.hpp"

#include <string>
#include <string_view>

namespace minidns::dns {

/// The form of RDATA that any type can have, `\# <octets> <hexadecimal>` (RFC 3597 §5).

[[nodiscard]] bool is_generic(std::string_view text);
/// `tokens` are the words after `\#`.
[[nodiscard]] Result<Bytes> parse_generic(TokenStream& tokens);
[[nodiscard]] std::string print_generic(ByteView rdata);

}  // namespace minidns::dns
