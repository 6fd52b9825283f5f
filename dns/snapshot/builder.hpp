#pragma once

#include "dns/error.hpp"
#include "dns/rrset.hpp"
#include "dns/snapshot/chunk_writer.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dns/version.hpp"
#include "dns/wire/renderer.hpp"

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
  /// `finish`. The order of records is free. Errors (bad_value, bad_rdata): out of order or twice, outside of the zone,
  /// SOA or meta type, no records, two equal records, RDATA without the names that its type has. After an error the
  /// builder is of no more use.
  [[nodiscard]] Result<void> add(const RRset& rrset);

  /// `soa` is one SOA record at the apex; another is an error.
  [[nodiscard]] Result<std::shared_ptr<const ZoneSnapshot>> finish(Version version, const RRset& soa) &&;

 private:
  [[nodiscard]] Result<void> check(const RRset& rrset) const;
  void add_sorted(const RRset& rrset);
  [[nodiscard]] bool add_to_head(const RRset& rrset);

  Name apex_;
  ChunkWriter writer_;  ///< of all chunks but the first
  struct Last {
    Name owner;
    RRType type;
  };
  std::optional<Last> last_;

  /// What will share the first chunk with the SOA, which comes last.
  std::vector<RRset> head_;
  RecordRenderer head_size_;  ///< tells when `head_` is full
  bool head_is_full_ = false;
};

}  // namespace minidns::dns
