#pragma once

#include "base/bytes.hpp"
#include "dns/error.hpp"

#include <optional>

namespace minidns::dns {

/// What is wrong, if anything, with the REGEXP field of NAPTR: empty, or delimiter, POSIX extended regular expression,
/// delimiter, replacement, delimiter, flags (RFC 3402 §3.2). BIND refuses a whole transfer for one that isn't right, so
/// all that passes here must pass there. Linear in the size.
///
/// **Limitations**: collating elements `[.a.]`, equivalence classes `[=a=]`, empty groups, and a brace that doesn't
/// start a bound and isn't escaped are refused.
[[nodiscard]] std::optional<Error> check_naptr_regexp(ByteView regexp);

}  // namespace minidns::dns
