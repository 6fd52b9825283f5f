#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/version.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// What is under way with a zone's keys (RFC 7583; RFC 6781 §4.1): a roll, or its way into DNSSEC or out of it. Which
/// phases each kind has, and what each waits for, is central's (central/roll_plan.hpp).
namespace minidns::storage {

enum class KeyRole { ksk, zsk, csk };

enum class RollKind {
  zsk,
  ksk,
  csk,            ///< or from a KSK and a ZSK to a CSK, or back
  algorithm,      ///< of all keys
  first_signing,  ///< the zone was unsigned until now
  unsigning
};

enum class RollPhase {
  presigning,   ///< RRsets get the new key's signatures, too, as their slots move; it isn't published
  presigned,    ///< every RRset has them; caches forget those without
  publishing,   ///< the new key is in the DNSKEY set; caches forget the set before
  submitting,   ///< the parent is to take the DS of the new key for the old one's
  retracting,   ///< the same, taken back: caches forget the CDS of the new key
  ds_caching,   ///< the parent has it; caches forget the DS set before
  activating,   ///< RRsets are signed by the new key as their slots move
  draining,     ///< every RRset is; caches forget the old key's signatures
  withdrawing,  ///< the old key isn't in the DNSKEY set any more, but signs; caches forget the set before
};

struct KeyRoll {
  RollKind kind;
  std::vector<DnssecKeyId> old_keys;
  std::vector<DnssecKeyId> new_keys;
  RollPhase phase;
  std::optional<dns::Version> version;          ///< that every nameserver must have before the phase can end
  std::optional<WallTime> visible_at;           ///< when that was seen; in `ds_caching`, when the parent was
  std::optional<std::int64_t> active_from;      ///< A of the new keys that sign the zone, Unix seconds
  std::optional<DnssecPolicyId> policy_before;  ///< of `csk` and `algorithm`
  std::optional<std::int32_t> ds_ttl_s;         ///< of the DS set that the parent had
  bool paused;
  std::optional<std::string> note;  ///< what it waits for, for people
  WallTime next_at;                 ///< nothing is to be done before
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
  /// Rolls that aren't paused, and of them those that wait for the parent; in all zones.
  struct Counts {
    std::int64_t under_way;
    std::int64_t at_parent;
  };
  [[nodiscard]] virtual Counts count() = 0;

  struct Overdue {
    ZoneId zone;
    KeyRole role;
  };
  /// At most `limit` keys that are older than their policy lets them become, of zones without a roll. Reads all active
  /// keys of such policies.
  [[nodiscard]] virtual std::vector<Overdue> overdue(std::size_t limit) = 0;
};

}  // namespace minidns::storage
