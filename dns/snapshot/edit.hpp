#pragma once

#include "dns/delta.hpp"
#include "dns/error.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"

#include <optional>
#include <vector>

namespace minidns::dns {

/// One change of a delta, checked, with the key by which the tree finds its place.
struct Edit {
  OwnerKey key;
  const Name* owner;  ///< in the delta
  RRType type;
  const RRset* before;         ///< in the delta; null if the RRset comes
  std::optional<RRset> after;  ///< records sorted; nothing if the RRset goes
};

/// The edits of `delta`, which must outlive them: the SOA's, then the others in order. An error (bad_value, bad_rdata)
/// if the changes aren't in order, or one can't be meant for this zone.
[[nodiscard]] Result<std::vector<Edit>> edits_of(const Delta& delta, const Name& apex);

}  // namespace minidns::dns
