#pragma once

#include "dns/delta.hpp"
#include "dns/error.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/serial.hpp"
#include "dns/snapshot/chunk_tree.hpp"
#include "dns/version.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace minidns::dns {

/// One version of a zone: all its RRsets in canonical order, ready for transfer. Immutable and shared: a transfer holds
/// one from its first to its last message and no lock. Versions share the chunks in which they don't differ, so that a
/// new version costs two or three chunks (DESIGN.md §4).
///
/// In each RRset the records are in the order of their uncompressed RDATA octets, whatever order they came in, so that
/// every instance renders the same octets.
///
/// Thread-safe: nothing changes after it is made.
class ZoneSnapshot {
 public:
  [[nodiscard]] const Name& apex() const { return apex_; }
  [[nodiscard]] Version version() const { return version_; }
  [[nodiscard]] Serial serial() const { return serial_; }
  [[nodiscard]] RRset soa() const;

  /// The RRset with exactly this owner (without case) and type, occluded or not. About 1 µs and a copy.
  [[nodiscard]] std::optional<RRset> find(const OwnerKey& owner, RRType type) const;
  /// `owner` may also lie outside of the zone: nothing then.
  [[nodiscard]] std::optional<RRset> find(const Name& owner, RRType type) const;
  /// True for a name that owns records or has one below it that does (empty non-terminal, RFC 4592 §2.2.2).
  [[nodiscard]] bool exists(const OwnerKey& owner) const;

  /// The next version: renders the chunks that `delta` touches and shares the others. O(changes · chunk size), with a
  /// small part that grows with the zone (one pointer per 256 chunks). An error, and no snapshot, if `delta` doesn't
  /// start from this version and SOA, or says of an RRset what isn't so here: load the zone anew then.
  [[nodiscard]] Result<std::shared_ptr<const ZoneSnapshot>> apply(const Delta& delta) const;

  /// Memory in octets, as if nothing were shared with another version.
  [[nodiscard]] std::size_t octets() const;
  /// The octets of all answer sections of a full transfer, with the closing SOA: what an IXFR must not exceed.
  [[nodiscard]] std::size_t transfer_octets() const;
  [[nodiscard]] std::size_t record_count() const { return tree_.totals().records; }
  [[nodiscard]] std::size_t rrset_count() const { return tree_.totals().rrsets; }

  /// The chunks in order, for what walks the zone: AxfrSource, SnapshotCursor, diff.
  [[nodiscard]] const ChunkTree& tree() const { return tree_; }

  /// Only SnapshotBuilder, `apply` and `assemble_snapshot` (chunk_codec.hpp) make one.
  class Key {
    friend class SnapshotBuilder;
    friend class ZoneSnapshot;
    friend Result<std::shared_ptr<const ZoneSnapshot>> assemble_snapshot(const Name& apex, Version version,
                                                                         std::vector<ChunkPointer> chunks);
    Key() = default;
  };
  /// `tree` begins with the SOA.
  ZoneSnapshot(Key, Name apex, Version version, ChunkTree tree);

 private:
  Name apex_;
  Version version_;
  Serial serial_;
  ChunkTree tree_;
};

}  // namespace minidns::dns
