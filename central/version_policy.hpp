#pragma once

#include "base/clock.hpp"
#include "dns/serial.hpp"
#include "storage/recovery.hpp"
#include "storage/version_policy.hpp"
#include "storage/zone_record.hpp"

#include <cstdint>
#include <optional>

namespace minidns::central {

/// What the first commit to a zone in a new epoch skips, of versions and of serials: neither is ever used again with
/// other content, whatever a lost primary had committed (DESIGN.md §3, "Epoch").
inline constexpr std::uint32_t epoch_skip = 1U << 20;

/// The stamp after `head`. Its serial is Unix time where that is newer by RFC 1982, otherwise the next number: many
/// commits in a second stay apart, and a serial ahead of time goes on from there.
[[nodiscard]] storage::VersionStamp next_stamp(const storage::VersionStamp& head, bool is_new_epoch, WallTime now);

/// The first stamp of a zone; newer than `floor`, the last serial that its name was served with.
[[nodiscard]] storage::VersionStamp first_stamp(const std::optional<dns::Serial>& floor, bool is_new_epoch,
                                                WallTime now);

/// The two, for versions that storage makes by itself.
[[nodiscard]] inline storage::VersionPolicy version_policy() {
  return {first_stamp, next_stamp};
}

/// What becomes of a zone of which somebody saw what the database lacks (storage/recovery.hpp).
struct RecoveryDecision {
  enum class Kind {
    none,       ///< the head is newer than all that was seen
    recover,    ///< `stamp` is for a version with the head's content
    impossible  ///< no serial is newer than all of them by RFC 1982: a person must act
  };
  Kind kind;
  std::optional<storage::VersionStamp> stamp;
};

/// The stamp is above the head and all that was seen. Whatever it has to pass it passes by `epoch_skip`: the lost
/// primary may have given more than anybody saw.
[[nodiscard]] RecoveryDecision decide_recovery(const storage::ReportedZone& zone, WallTime now);

}  // namespace minidns::central
