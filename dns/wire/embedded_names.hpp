#pragma once

#include "base/bytes.hpp"
#include "dns/rr_type.hpp"

#include <cstddef>
#include <optional>

namespace minidns::dns {

/// Where the names are in the RDATA of a type: after `prefix_octets`, or (NAPTR) after fixed octets and then character
/// strings; what follows the names has no names.
struct EmbeddedNames {
  std::size_t prefix_octets = 0;
  std::size_t character_strings = 0;
  std::size_t names = 0;
};

/// The types of RFC 1035, which a sender may compress and a reader must expand (RFC 3597 §4). `names` is 0 for others.
[[nodiscard]] EmbeddedNames compressible_names(RRType type);

/// These and the types that a reader should expand, too, because older senders compressed them: RP, AFSDB, RT, SIG, PX,
/// NXT, NAPTR and SRV (RFC 3597 §4).
[[nodiscard]] EmbeddedNames expandable_names(RRType type);

/// The size of the uncompressed name at the start of `octets`; nothing if there is none.
[[nodiscard]] std::optional<std::size_t> uncompressed_name_size(ByteView octets);

/// Whether RDATA has names, uncompressed, and all those that `layout`, which is without character strings, promises.
/// What came from a database or a peer need not: it can only be written as it is then.
[[nodiscard]] bool has_names_of(const EmbeddedNames& layout, ByteView rdata);

}  // namespace minidns::dns
