#pragma once

#include "base/bytes.hpp"
#include "dns/error.hpp"
#include "dns/name.hpp"
#include "dns/snapshot/chunk.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dns/version.hpp"

#include <memory>
#include <vector>

namespace minidns::dns {

// A snapshot as octets and back, chunk by chunk, so that equal chunks of two versions are equal octets. Nothing is
// rendered again. For files of our own: a change of this form, or of how chunks are rendered, needs a new format number
// where they are kept.

/// A chunk with its table: 2 octets number of RRsets, 2 octets number of records, 2 octets per RRset (where it starts),
/// then the answer section. Numbers are big-endian.
[[nodiscard]] Bytes store_chunk(const Chunk& chunk);

/// The chunk that `stored` holds, of the zone `apex`. Errors for whatever ChunkWriter wouldn't have made: a name or
/// record that doesn't end inside, a pointer that doesn't point back, an owner outside of the zone, a wrong order, a
/// table that doesn't fit the records. So any octets may be given; all that a Chunk relies on is checked. About 80 ns
/// per record.
[[nodiscard]] Result<ChunkPointer> read_chunk(ByteView stored, const Name& apex);

/// The snapshot made of these chunks. Errors if the first doesn't begin with the SOA, or they are not in order.
[[nodiscard]] Result<std::shared_ptr<const ZoneSnapshot>> assemble_snapshot(const Name& apex, Version version,
                                                                            std::vector<ChunkPointer> chunks);

// Limitations: how full the chunks are isn't checked; small ones cost only speed.

}  // namespace minidns::dns
