#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "dns/version.hpp"
#include "storage/zone_record.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace minidns::storage {

/// A version that somebody was served, and that the database lacks or has older (DESIGN.md §3, "Epoch").
struct LostVersion {
  ZoneId zone;
  dns::Name name;
  std::optional<dns::Version> version;  ///< nothing: seen on a nameserver, which knows serials only
  dns::Serial serial;
};

/// Tells central what the database lacks. Calls block and throw what storage/postgres/errors.hpp has. Safe on any
/// thread.
class RecoveryReports {
 public:
  virtual ~RecoveryReports() = default;
  /// What was reported before and is not dealt with yet is not written again. `set_back_epoch`: the feed fell behind
  /// its reader while the database still says that it is of this epoch: it was set back, and nobody has told it.
  virtual void report(const std::vector<LostVersion>& versions, const std::optional<std::int64_t>& set_back_epoch) = 0;
};

/// A zone about which there are reports, locked.
struct ReportedZone {
  ZoneId zone;
  dns::Name name;
  ZoneKind kind;
  VersionStamp head;
  std::int64_t head_epoch;
  bool deleted;
  struct Sight {
    std::optional<dns::Version> version;
    dns::Serial serial;
  };
  std::vector<Sight> seen;
};

/// Reported zones whose rows are locked, in one transaction that is rolled back unless committed. For one thread.
class RecoveryBatch {
 public:
  virtual ~RecoveryBatch() = default;
  [[nodiscard]] virtual const std::vector<ReportedZone>& zones() const = 0;
  [[nodiscard]] virtual std::int64_t current_epoch() const = 0;
  [[nodiscard]] virtual WallTime now() const = 0;  ///< of the database

  struct Recovered {
    ZoneId zone;
    VersionStamp stamp;
  };
  /// Gives these zones of the batch a new version with the content that they have, and takes away what was reported of
  /// all zones of the batch. Once. Throws CommitInDoubt too.
  virtual void commit(const std::vector<Recovered>& recovered) = 0;
};

/// What central does about reports. Calls block and throw what storage/postgres/errors.hpp has. Safe on any thread;
/// several programs may work at once.
class Recovery {
 public:
  virtual ~Recovery() = default;

  /// Opens a new epoch if a report says that the database was set back in the present one. The new epoch, if so.
  virtual std::optional<std::int64_t> open_epoch_if_set_back() = 0;

  struct LostZone {
    ZoneId zone;
    dns::Name name;
    dns::Serial serial;
  };
  /// Deals with at most `limit` reports of zones that the database doesn't have: their names keep the serial as a
  /// floor. Returns those for which there was no such floor yet. A report of a name that lives again under another id
  /// becomes one of that zone.
  virtual std::vector<LostZone> settle_lost(std::size_t limit) = 0;

  /// At most `limit` zones about which there are reports; zones that somebody else has locked are left for later. Null:
  /// there are none.
  [[nodiscard]] virtual std::unique_ptr<RecoveryBatch> take(std::size_t limit) = 0;

  /// Lost zones that nobody has made again.
  [[nodiscard]] virtual std::int64_t count_lost() = 0;
  [[nodiscard]] virtual std::vector<LostZone> lost_zones() = 0;
  /// A person's word that a lost zone is to go: those who still have it are told that it was deleted. False if there is
  /// no lost zone of this name.
  virtual bool forget_lost(const dns::Name& name) = 0;
};

}  // namespace minidns::storage
