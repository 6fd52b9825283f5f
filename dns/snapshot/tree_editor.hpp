#pragma once

#include "dns/delta.hpp"
#include "dns/error.hpp"
#include "dns/name.hpp"
#include "dns/snapshot/chunk_tree.hpp"

namespace minidns::dns {

/// The tree of the zone `apex` after `delta`; shares with `tree` all chunks that `delta` doesn't touch. A chunk which
/// it leaves below Chunk::size_octets_merge is joined with a neighbour. Errors (bad_value, bad_rdata): the changes are
/// out of order, or contradict the zone or themselves.
[[nodiscard]] Result<ChunkTree> edit(const ChunkTree& tree, const Name& apex, const Delta& delta);

}  // namespace minidns::dns
