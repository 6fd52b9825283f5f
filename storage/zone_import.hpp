#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/ttl.hpp"
#include "storage/zone_edit.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace minidns::storage {

/// One record of an upload; its owner lies in the zone.
struct ImportRecord {
  RecordsetId id;  ///< of the recordset, if it is the first of its owner and type, and the zone has none yet
  dns::Name owner;
  dns::RRType type;
  dns::Ttl ttl;
  dns::Rdata rdata;
  Bytes canonical;   ///< equal for what is the same record
  std::string text;  ///< RDATA in presentation form
};

/// What the records are together that they must not be.
enum class ImportConflict {
  cname_beside_others,
  many_cnames,
  below_dname,
  ds_without_ns,
  too_many_for_bind,
  in_the_way_of_a_view,
};

struct ImportFault {
  dns::Name owner;
  ImportConflict conflict;
};

struct ImportCounts {
  std::int64_t records;
  std::int64_t recordsets;
};

struct Imported {
  bool changed;  ///< false: the zone had this content already, and has no new version
  VersionStamp head;
};

/// An upload of a zone's whole content. First the records, as they come, into a table of its own, with no lock and no
/// snapshot held; then one transaction of seconds that makes them the zone's content (DESIGN.md §3, "Writes"). SOA and
/// apex NS aren't part of it: the zone keeps its own, and what it has in single views. Duplicates count once; the
/// lowest TTL of a set is its TTL. For one thread.
class ZoneImport {
 public:
  virtual ~ZoneImport() = default;
  /// Streams; memory doesn't grow with the number of records.
  virtual void add(const ImportRecord& record) = 0;
  /// After the last record; once.
  virtual ImportCounts finish_upload() = 0;
  /// At most `limit`, in the order of names. `bind_records_per_type_max` counts where the zone's pool has a BIND.
  [[nodiscard]] virtual std::vector<ImportFault> faults(std::size_t bind_records_per_type_max, std::size_t limit) = 0;
  /// `next` gives the new version's stamp, once the zone is locked. Nothing if the zone isn't there any more. Throws
  /// CommitInDoubt too.
  [[nodiscard]] virtual std::optional<Imported> publish(const std::string& author,
                                                        const std::function<VersionStamp(const LockedZone&)>& next) = 0;
};

class ZoneImports {
 public:
  virtual ~ZoneImports() = default;
  [[nodiscard]] virtual std::unique_ptr<ZoneImport> begin(const ZoneId& zone, const dns::Name& apex) = 0;
};

}  // namespace minidns::storage
