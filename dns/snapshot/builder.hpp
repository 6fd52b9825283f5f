#pragma once

#include "dns/error.hpp"
#include "dns/rrset.hpp"
#include "dns/snapshot/chunk_writer.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dns/version.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace minidns::dns {

/// Makes a snapshot from a stream of RRsets, without a second copy of the zone: about a million records a second.
///
///     SnapshotBuilder builder(apex);
///     while (auto row = rows.next()) {
///       if (auto added = builder.add(row->rrset); !added) { return added.error(); }
///     }
///     return std::move(builder).finish(version, soa);
class SnapshotBuilder {
 public:
  explicit SnapshotBuilder(Name apex);

  /// RRsets come in canonical order of owners (OwnerKey), then types by number; without the SOA, which is given to
  /// `finish`. Errors (bad_value): out of order or twice, outside of the zone, SOA or meta type, no records, two equal
  /// records, a record longer than RDLENGTH can say. After an error the builder is of no more use.
  [[nodiscard]] Result<void> add(const RRset& rrset);

  /// `soa` is one SOA record at the apex.
  [[nodiscard]] Result<std::shared_ptr<const ZoneSnapshot>> finish(Version version, const RRset& soa) &&;

 private:
  Name apex_;
  /// What will share the first chunk with the SOA, which comes last.
  std::vector<RRset> head_;
  std::size_t head_octets_ = 0;
  bool head_full_ = false;
  std::optional<ChunkWriter> writer_;
  struct Last {
    Name owner;
    RRType type;
  };
  std::optional<Last> last_;
};

}  // namespace minidns::dns
