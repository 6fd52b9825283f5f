#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/version.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

/// The roll of a ZSK that is under way (RFC 7583 §3.2.1, pre-publication):
///
///     publishing ──▶ activating ──▶ draining ──▶ done
///
/// publishing: the new key is in the DNSKEY set; every nameserver must have that, and caches forget the set before it.
/// activating: each RRset is signed by the new key as soon as its slot moves. draining: every nameserver must have a
/// version that the old key signed nothing of, and caches forget its signatures; then it is taken out.
namespace minidns::storage {

enum class RollPhase { publishing, activating, draining };

struct KeyRoll {
  DnssecKeyId old_key;
  DnssecKeyId new_key;
  RollPhase phase;
  std::optional<dns::Version> version;      ///< that every nameserver must have, but for `activating`
  std::optional<WallTime> visible_at;       ///< when that was seen
  std::optional<std::int64_t> active_from;  ///< A of the new key, Unix seconds; from `activating` on
  WallTime next_at;                         ///< nothing is to be done before
  WallTime started_at;
};

/// As it is in the database just now.
struct KeyRollState {
  KeyRoll roll;
  bool is_visible;  ///< every nameserver in use has `version`, or a later one
};

/// Calls block and throw what storage/postgres/errors.hpp has. Safe on any thread.
class KeyRolls {
 public:
  virtual ~KeyRolls() = default;
  /// At most `limit` zones with a roll of which something is to be done, those longest due first.
  [[nodiscard]] virtual std::vector<ZoneId> due(std::size_t limit) = 0;
  /// At most `limit` zones with a ZSK older than its policy lets it become, and without a roll. Reads all active ZSKs.
  [[nodiscard]] virtual std::vector<ZoneId> overdue(std::size_t limit) = 0;
};

}  // namespace minidns::storage
