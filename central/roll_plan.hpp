#pragma once

#include "base/clock.hpp"
#include "central/key_set.hpp"
#include "dns/version.hpp"
#include "storage/key_rolls.hpp"
#include "storage/zone_keys.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What a roll does, and when: pure. With measured propagation where RFC 7583 has estimates: each wait for caches
/// begins when every nameserver was seen to have the version.
///
///     ZSK            publishing, activating, draining                            pre-publication, RFC 7583 §3.2.1
///     KSK            publishing, submitting, ds_caching                          double-KSK, §3.3.1
///     CSK            publishing, submitting, ds_caching, activating, draining
///     ALGORITHM      presigning, presigned, publishing, submitting, ds_caching, withdrawing      RFC 6781 §4.1.4
///     FIRST_SIGNING  draining (of unsigned answers), before the parent is asked for a DS
///     UNSIGNING      submitting (that the DS is to go; RFC 8078 §4), ds_caching
///
/// A roll that is taken back while it submits: retracting, and its new keys go; of an algorithm, withdrawing.
namespace minidns::central {

/// Between two looks at what can't be foreseen: whether every nameserver has a version.
inline constexpr std::chrono::seconds roll_look_interval{60};
/// The same at the parent, where it isn't soon that something happens: from the first to the second.
inline constexpr std::chrono::seconds parent_look_interval_min{60};
inline constexpr std::chrono::seconds parent_look_interval_max{3600};
/// Between two looks at a zone whose refresh is late.
inline constexpr std::chrono::seconds roll_refresh_interval{600};
/// Of a key that is published and signs nothing.
inline constexpr std::int64_t never_active = INT64_MAX;
/// Of a DS set that nobody saw: the TTL that most parents have, and none more.
inline constexpr std::int32_t ds_ttl_s_default = 86'400;

[[nodiscard]] inline bool contains(const std::vector<DnssecKeyId>& ids, const DnssecKeyId& id) {
  return std::ranges::find(ids, id) != ids.end();
}

/// What is to be done about a roll.
struct RollStep {
  enum class Kind {
    wait,     ///< `roll` is how it is from now on, without a new version
    advance,  ///< the same, with a new version
    finish,   ///< the old keys go, and the roll ends
    undo      ///< the new keys go, and the roll ends
  };
  Kind kind;
  storage::KeyRoll roll;
};

/// What a zone's signing says of the times of a roll.
struct RollTimes {
  std::int64_t signing_time;  ///< T of the head
  std::int64_t period;        ///< P
  std::int64_t dnskey_ttl_s;  ///< of any DNSKEY set that may be in a cache
  std::int64_t ttl_max_s;     ///< of any RRset of the zone that may be in a cache
};

/// What the parent has, as far as the roll cares.
enum class ParentState {
  as_wanted,  ///< the DS of the new keys and not of the old ones (unsigning: none)
  as_before,  ///< not the DS of a new key
  otherwise   ///< something between, or it isn't known
};
struct ParentFact {
  ParentState state;
  std::optional<WallTime> since = {};  ///< known of as_wanted and as_before
};
[[nodiscard]] ParentFact parent_fact(const storage::KeyRoll& roll, const std::vector<storage::SealedZoneKey>& keys,
                                     WallTime now);

[[nodiscard]] RollStep decide_roll(const storage::KeyRollState& state, const RollTimes& times, const ParentFact& parent,
                                   dns::Version head, WallTime now);

/// A roll in its first phase.
[[nodiscard]] storage::KeyRoll begin_roll(storage::RollKind kind, std::vector<DnssecKeyId> old_keys,
                                          std::vector<DnssecKeyId> new_keys, WallTime now);

/// What taking a roll back does; nothing if that isn't safe.
[[nodiscard]] std::optional<RollStep> cancel_roll(const storage::KeyRoll& roll, WallTime now);
[[nodiscard]] std::string why_not_cancelled(const storage::KeyRoll& roll);

/// What the key set of a roll's phase has of each key. `active_from` of keys that aren't in the roll stays.
[[nodiscard]] std::vector<KeySetMember> members_of(const std::vector<storage::SealedZoneKey>& keys,
                                                   const std::optional<storage::KeyRoll>& roll);
[[nodiscard]] ParentRequest request_of(const std::optional<storage::KeyRoll>& roll);
/// The states of a roll's keys from this phase on.
[[nodiscard]] std::vector<std::pair<DnssecKeyId, storage::KeyState>> states_of(
    const std::vector<storage::SealedZoneKey>& keys, const storage::KeyRoll& roll);

}  // namespace minidns::central
