#pragma once

#include "base/clock.hpp"
#include "dns/serial.hpp"
#include "pool-manager/drivers/soa_answer.hpp"
#include "pool-manager/work_item.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace minidns::pool {

/// What a nameserver's control channel is good for.
struct Abilities {
  bool commands = false;  ///< zones can be added and removed
  bool fetches = false;   ///< it can be asked to compare serials and transfer what is newer
  /// Only a forced transfer is quick, and it may take a zone backwards (DESIGN.md §4).
  bool forces = false;
  /// Zones come and go with a catalog zone; all that helps is to tell of it again.
  bool consumes_catalog = false;
};

/// What the nameserver shows of a zone.
struct Sight {
  enum class Kind {
    serial,  ///< it answers with a serial
    empty,   ///< it has the zone without content
    absent,  ///< it doesn't have the zone, or hides it
    silent,  ///< no answer
  };
  Kind kind;
  std::optional<dns::Serial> serial;  ///< for `serial`
};

[[nodiscard]] Sight sight_of(const SoaAnswer& answer);
/// For a person: `the nameserver has serial 7, wanted is 9`.
[[nodiscard]] std::string describe(const Sight& sight, const WorkItem& item);

/// Equal or newer (RFC 1982 §3.2).
[[nodiscard]] bool reaches(dns::Serial seen, dns::Serial wanted);

/// One forced transfer per zone at a time: the last one has arrived, or is taken for lost.
[[nodiscard]] bool may_force(const WorkItem& item, SteadyTime now);

struct Decision {
  enum class Kind { confirmed, wait, act };
  Kind kind;
  Step step = Step::none;  ///< for `act`
  bool renotify = false;   ///< for `wait`: another NOTIFY may help
};

/// What to do about an item that is being watched, after a look at it. Pure.
///
/// `all_have`: every live mdns can transfer the wanted version, so a forced transfer can't take the zone backwards.
[[nodiscard]] Decision decide(const WorkItem& item, const Sight& sight, const Abilities& abilities, bool all_have,
                              SteadyTime now);

/// A forced transfer that shows nothing is repeated after this time; PowerDNS starts queued transfers within a second.
inline constexpr std::chrono::milliseconds force_again_after{1000};
/// When an item that is watched has waited so long (and twice as long, and so on), the nameserver is reminded.
inline constexpr std::chrono::milliseconds nudge_interval{1000};

}  // namespace minidns::pool
