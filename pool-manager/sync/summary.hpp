#pragma once

#include "dns/name.hpp"
#include "dns/serial.hpp"

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace minidns::pool::sync {

/// A zone that isn't right on the nameserver, and why.
struct ZoneFault {
  enum class Kind {
    missing,   ///< the nameserver doesn't have it, or has it without content
    behind,    ///< it serves an older version
    ahead,     ///< it serves a serial that the database never gave, or has lost
    leftover,  ///< it has the zone, which was deleted
    unknown,   ///< it has the zone, which nobody knows: told, never deleted
  };
  Kind kind;
  dns::Name zone;
  std::optional<dns::Serial> wanted = std::nullopt;
  std::optional<dns::Serial> served = std::nullopt;
  std::string reason = {};
};

[[nodiscard]] std::string_view to_text(ZoneFault::Kind kind);

/// What came of a synchronization, or of its rehearsal.
struct SyncSummary {
  std::size_t zones = 0;    ///< that the nameserver should have
  std::size_t right = 0;    ///< served at the newest version that was committed when it was looked at
  std::size_t added = 0;    ///< by us
  std::size_t removed = 0;  ///< by us: deleted by their owners
  std::vector<ZoneFault> faults = {};
  std::string trouble = {};  ///< what kept us from ending; empty: nothing

  /// All zones are served as they should be. Unknown zones don't count: they are left to the pool's policy.
  [[nodiscard]] bool is_all_right() const;
  [[nodiscard]] std::size_t count(ZoneFault::Kind kind) const;
};

/// For a person: figures, and the first `named_max` faults of each kind.
void write_summary(std::ostream& out, const SyncSummary& summary, const std::string& nameserver,
                   std::size_t named_max = 10);
/// Each fault on a line: kind, zone, wanted serial, served serial, reason, with tabs between them. Throws
/// std::runtime_error if the file can't be written.
void write_report(const std::string& file, const SyncSummary& summary);

}  // namespace minidns::pool::sync
