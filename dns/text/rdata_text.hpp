#pragma once

#include "dns/name.hpp"
#include "dns/rrset.hpp"

#include <string>
#include <string_view>

namespace minidns::dns {

/// RDATA in presentation form, as a user of the API sends it, to wire form. Names in it must be absolute. Takes the
/// generic form `\# 4 0a000001` (RFC 3597 §5) for every type. TXT and SPF are also taken without quotes when they hold
/// no white space. The text must be one line without a comment; `error.detail` names the part that is wrong.
[[nodiscard]] Result<Rdata> rdata_from_text(RRType type, std::string_view text);

/// The same for RDATA that stands in a zone file, where names may be relative to `origin`.
[[nodiscard]] Result<Rdata> rdata_from_zone_file(RRType type, std::string_view text, const Name& origin);

/// Presentation form that rdata_from_text reads back to the same octets; the generic form for unknown types.
[[nodiscard]] std::string rdata_to_text(RRType type, const Rdata& rdata);

/// Checks wire-form RDATA that came from outside against its type: lengths, names, all octets used.
[[nodiscard]] Result<void> check_rdata(RRType type, ByteView rdata);

}  // namespace minidns::dns
