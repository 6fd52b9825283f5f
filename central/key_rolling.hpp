#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "central/announcer.hpp"
#include "central/key_vault.hpp"
#include "dns/ttl.hpp"
#include "dns/version.hpp"
#include "storage/key_rolls.hpp"
#include "storage/zone_edit.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace minidns::central {

/// Between two looks at what can't be foreseen: whether every nameserver has a version.
inline constexpr std::chrono::seconds roll_look_interval{60};
/// Between two looks at a zone whose refresh is late.
inline constexpr std::chrono::seconds roll_refresh_interval{600};
/// Zones of one round: others wait for the next.
inline constexpr std::size_t roll_batch_zones = 200;
/// Of a key that is published and signs nothing.
inline constexpr std::int64_t never_active = INT64_MAX;

/// What is to be done about a roll.
struct RollStep {
  enum class Kind {
    wait,      ///< `roll` is how it is from now on
    activate,  ///< the new key signs from `roll.active_from` on
    remove     ///< the old key goes, and the roll ends
  };
  Kind kind;
  storage::KeyRoll roll;
};

/// What a zone's signing says of the times of a roll.
struct RollTimes {
  std::int64_t signing_time;  ///< T of the head
  std::int64_t period;        ///< P
  dns::Ttl dnskey_ttl;
  std::int64_t ttl_max_s;  ///< of any RRset of the zone since the roll began
};

/// Pure. RFC 7583 §3.2.1, with measured propagation: publication takes until every nameserver was seen to have the new
/// DNSKEY set and its TTL has passed; activation takes P; the old key leaves when every nameserver was seen to have a
/// version without its signatures, and the largest TTL has passed.
[[nodiscard]] RollStep decide_roll(const storage::KeyRollState& state, const RollTimes& times, dns::Version head,
                                   WallTime now);

/// Rolls ZSKs. Safe on any thread; any number may work at once: a step is done under the zone's lock.
class KeyRoller {
 public:
  /// All must outlive this.
  KeyRoller(storage::KeyRolls& rolls, storage::ZoneEditor& editor, KeyVault& vault, Announcer& announcer,
            const Logger& log, const Clock& clock)
      : rolls_(rolls), editor_(editor), vault_(vault), announcer_(announcer), log_(log), clock_(clock) {}

  /// Goes on with rolls of which something is to be done. Throws what storage/postgres/errors.hpp has.
  void advance_due();
  /// Begins those that policies want.
  void begin_overdue();

 private:
  void advance(const ZoneId& zone);
  void commit(storage::ZoneEdit& edit, storage::SigningChange change, const char* what);

  storage::KeyRolls& rolls_;
  storage::ZoneEditor& editor_;
  KeyVault& vault_;
  Announcer& announcer_;
  const Logger& log_;
  const Clock& clock_;
};

/// The key set with a new ZSK published, of a locked zone without a roll that has a ZSK. `stamp`: of the version that
/// is made with it. Takes a second for RSA.
[[nodiscard]] dnssec::Result<storage::SigningChange> begin_zsk_roll(KeyVault& vault, storage::ZoneEdit& edit,
                                                                    const storage::VersionStamp& stamp,
                                                                    const Clock& clock);

}  // namespace minidns::central
