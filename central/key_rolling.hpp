#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "central/announcer.hpp"
#include "central/key_vault.hpp"
#include "central/parent/view.hpp"
#include "central/roll_plan.hpp"
#include "storage/dnssec_policies.hpp"
#include "storage/key_rolls.hpp"
#include "storage/zone_edit.hpp"

#include <cstddef>
#include <optional>
#include <stop_token>

namespace minidns::central {

/// Zones of one round: others wait for the next.
inline constexpr std::size_t roll_batch_zones = 200;

/// What a locked zone's next version is signed with when a roll begins, or when its keys stay. All take a second for
/// each RSA key that they make. `bad_input`: there is no such key; `bad_key`: a private key that is needed isn't there.

/// New keys in place of those of `role`, of the zone's own policy.
[[nodiscard]] dnssec::Result<storage::SigningChange> begin_key_roll(KeyVault& vault, storage::ZoneEdit& edit,
                                                                    storage::KeyRole role, const Clock& clock);
/// All keys for those that `policy` wants, of another algorithm or key model than the present ones.
[[nodiscard]] dnssec::Result<storage::SigningChange> begin_policy_roll(KeyVault& vault, storage::ZoneEdit& edit,
                                                                       const storage::DnssecPolicyRecord& policy,
                                                                       const Clock& clock);
/// The way out: what the parent is asked for changes, no key does.
[[nodiscard]] dnssec::Result<storage::SigningChange> begin_unsigning(KeyVault& vault, storage::ZoneEdit& edit,
                                                                     const Clock& clock);
/// The same keys, in the phase in which they are, with these DNSKEYs of other providers.
[[nodiscard]] dnssec::Result<storage::SigningChange> with_foreign_dnskeys(KeyVault& vault, storage::ZoneEdit& edit,
                                                                          std::vector<dns::Rdata> dnskeys,
                                                                          const Clock& clock);

/// What a step of a roll, not `wait`, makes of its zone. `unsigned_after`: the zone's signing ends.
struct StepChange {
  std::optional<storage::SigningChange> signing;
  bool unsigned_after = false;
};
[[nodiscard]] dnssec::Result<StepChange> change_of(KeyVault& vault, storage::ZoneEdit& edit,
                                                   const storage::KeyRoll& before, const RollStep& step,
                                                   const Clock& clock);

/// The same for the version that is made with it: a roll that begins or goes on waits for this one.
[[nodiscard]] storage::SigningChange in_version(storage::SigningChange change, dns::Version version);

/// Goes on with rolls. Safe on any thread; any number may work at once: a step is done under the zone's lock.
class KeyRoller {
 public:
  /// All must outlive this. `parents`: null: they aren't asked, a person says what they have.
  KeyRoller(storage::KeyRolls& rolls, storage::ZoneEditor& editor, KeyVault& vault, ParentProbe* parents,
            Announcer& announcer, const Logger& log, const Clock& clock)
      : rolls_(rolls),
        editor_(editor),
        vault_(vault),
        parents_(parents),
        announcer_(announcer),
        log_(log),
        clock_(clock) {}

  /// Goes on with rolls of which something is to be done; asks parents. Throws what storage/postgres/errors.hpp has.
  void advance_due(const std::stop_token& stop = {});
  /// Begins those that policies want.
  void begin_overdue();

 private:
  /// The name of the zone if its parent is to be asked first, and `parent` is null.
  [[nodiscard]] std::optional<dns::Name> advance(const ZoneId& zone, const ParentView* parent);
  void take(storage::ZoneEdit& edit, const storage::KeyRoll& before, const RollStep& step,
            const std::vector<storage::KeyDsState>& ds);
  void commit(storage::ZoneEdit& edit, storage::ZoneCommit commit, const char* what);

  storage::KeyRolls& rolls_;
  storage::ZoneEditor& editor_;
  KeyVault& vault_;
  ParentProbe* const parents_;
  Announcer& announcer_;
  const Logger& log_;
  const Clock& clock_;
};

}  // namespace minidns::central
