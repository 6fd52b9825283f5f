#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>

namespace minidns::pool {

/// The zones of a nameserver whose content was found to be another than it should be:
///
///     ──differs──▶ suspected ──differs again──▶ diverged ──repair, differs──▶ diverged … at most `repairs_max` times
///                      │                           │
///                      └───────────agrees──────────┴──▶ forgotten
///
/// One look says nothing: the zone may have changed meanwhile. Each zone here is looked at again when it is due. Pure.
class Divergences {
 public:
  struct Limits {
    std::chrono::milliseconds look_again;  ///< doubles with each repair, up to `look_again_max`
    int repairs_max;
  };
  static constexpr std::chrono::hours look_again_max{1};
  /// More of them are a fault of all zones; those that don't fit are found by a later round.
  static constexpr std::size_t zones_max = 10'000;

  explicit Divergences(Limits limits) : limits_(limits) {}

  /// One that was kept by somebody before us; looked at once it is due.
  void load(const ZoneId& zone, const dns::Name& name, int repairs, SteadyTime now);

  enum class Verdict {
    suspected,  ///< look again
    diverged    ///< to be told
  };
  Verdict differs(const ZoneId& zone, const dns::Name& name, SteadyTime now);
  /// Whether it may be mended by a forced transfer (again).
  [[nodiscard]] bool may_repair(const ZoneId& zone) const;
  /// A forced transfer was ordered.
  void repaired(const ZoneId& zone, SteadyTime now);
  [[nodiscard]] int repairs(const ZoneId& zone) const;
  /// Nothing could be said this time.
  void put_off(const ZoneId& zone, SteadyTime now);
  /// It is right, or gone. True if it had been told as diverged.
  bool forget(const ZoneId& zone);

  [[nodiscard]] bool contains(const ZoneId& zone) const { return zones_.contains(zone); }
  struct Due {
    ZoneId zone;
    dns::Name name;
  };
  /// The one that has been due for longest.
  [[nodiscard]] std::optional<Due> due(SteadyTime now) const;
  [[nodiscard]] std::optional<SteadyTime> next() const;
  [[nodiscard]] std::size_t diverged() const;

 private:
  struct Entry {
    dns::Name name;
    bool is_diverged;
    int repairs;
    SteadyTime next;
  };
  [[nodiscard]] SteadyTime::duration wait(const Entry& entry) const;
  [[nodiscard]] std::map<ZoneId, Entry>::const_iterator first() const;

  const Limits limits_;
  std::map<ZoneId, Entry> zones_;
};

}  // namespace minidns::pool
