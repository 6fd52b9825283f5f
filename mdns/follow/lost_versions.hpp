#pragma once

#include "base/log.hpp"
#include "mdns/metrics.hpp"
#include "mdns/zone_index.hpp"
#include "storage/recovery.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace minidns::mdns {

/// What we have and a database that was set back lacks: served on, reported until that is written, and counted until
/// recovery versions have passed it (DESIGN.md §3, "Epoch"). For the follower's thread.
class LostVersions {
 public:
  LostVersions(storage::RecoveryReports& reports, const ZoneIndex& index, const Logger& log,
               const FollowMetrics& metrics)
      : reports_(reports), index_(index), log_(log), metrics_(metrics) {}

  /// A comparison begins. `set_back_epoch`: see storage/recovery.hpp.
  void begin(std::optional<std::int64_t> set_back_epoch);
  /// Takes note if the database's head of a zone isn't the one that we have, or newer.
  void compare(const ZoneEntry& ours, const storage::ZoneHead& theirs);
  /// The database doesn't have the zone, and nobody deleted it.
  void missing(const ZoneEntry& ours);
  /// Whether the comparison before this one found it missing.
  [[nodiscard]] bool was_missing(const ZoneId& zone) const { return missing_before_.contains(zone); }
  /// The comparison is over: what was found is said.
  void end();

  /// Writes what is not written yet. Throws what storage has, and nothing is forgotten then.
  void report();
  /// Counts anew what is still ours alone. O(what was found).
  void publish();

 private:
  struct Lost {
    dns::Version version;
    bool missing;
  };

  void add(const ZoneEntry& ours, bool missing);

  storage::RecoveryReports& reports_;
  const ZoneIndex& index_;
  const Logger& log_;
  const FollowMetrics& metrics_;
  std::unordered_map<ZoneId, Lost> lost_;
  std::unordered_set<ZoneId> missing_before_;
  std::vector<storage::LostVersion> unreported_;
  std::optional<std::int64_t> set_back_epoch_;
  std::size_t behind_ = 0;   // of the comparison that runs
  std::size_t missing_ = 0;  // likewise
};

}  // namespace minidns::mdns
