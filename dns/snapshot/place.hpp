#pragma once

#include "base/bytes.hpp"
#include "dns/rr_type.hpp"
#include "dns/snapshot/chunk_tree.hpp"

namespace minidns::dns {

/// Where a name is in a zone, as seen from the apex downwards: whatever lies below a cut or a DNAME isn't there.
struct Place {
  enum class Kind {
    exact,     ///< the name exists, with records or as an empty non-terminal
    wildcard,  ///< it doesn't, but a wildcard stands for it (RFC 4592 §3.3.1)
    missing,   ///< neither
    cut,       ///< it is at or below a delegation
    dname,     ///< it is below a DNAME
  };
  Kind kind;
  /// OwnerKey octets of what has the records: the name, the wildcard, the cut, or the DNAME's owner; empty for missing.
  Bytes key;
};

/// Where `name` (octets of an OwnerKey) is, for a question for `qtype`: the DS of a cut belongs to the parent side (RFC
/// 4035 §3.1.4.1), so the cut is `exact` then. O(labels · log(zone)).
[[nodiscard]] Place locate(const ChunkTree& tree, ByteView name, RRType qtype);

}  // namespace minidns::dns
