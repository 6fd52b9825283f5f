#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/version.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace minidns::mdns {

/// Which of the live instances sends the NOTIFYs of a version (DESIGN.md §4). Pure: events and time come in, what is to
/// be sent comes out.
///
///     we have it ──▶ gathering ──all live have it, or 200 ms──▶ decided ──we are the owner──▶ send, tell "notified"
///                                                                  └──another is──▶ wait 1 s for its "notified", else
///                                                                  send
///
/// The owner is the instance with the highest hash of (instance, zone), so that all come to the same without asking.
/// Two that decide differently both send: that is harmless, nobody sending is not.
class Election {
 public:
  struct Limits {
    /// BIND, Knot and NSD find the right primary by themselves, so a slow instance holds nobody up for longer.
    std::chrono::milliseconds gather{200};
    /// How long the owner may take before another sends as well.
    std::chrono::milliseconds owner{1000};
    /// An instance that missed `gather` so often isn't waited for until it has announced a version again.
    int misses_max = 2;
    /// Announcements of versions that we don't have yet, and zones that wait.
    std::size_t zones_max = 100'000;
  };

  struct Turn {
    ZoneId zone;
    dns::Version version;
  };

  Election(const InstanceId& self, const Limits& limits) : self_(self), limits_(limits) {}

  /// Who lives and is ready; we ourselves always count as live.
  void set_live(std::set<InstanceId> live);
  /// This instance can transfer the version. Our turn now, or nothing yet.
  [[nodiscard]] std::optional<Turn> have(const ZoneId& zone, dns::Version version, SteadyTime now);
  [[nodiscard]] std::optional<Turn> heard_have(const InstanceId& instance, const ZoneId& zone, dns::Version version,
                                               SteadyTime now);
  void heard_notified(const ZoneId& zone, dns::Version version, SteadyTime now);
  /// What has become due.
  [[nodiscard]] std::vector<Turn> tick(SteadyTime now);
  /// When `tick` has something to do; nothing if nobody is waited for.
  [[nodiscard]] std::optional<SteadyTime> next_deadline() const;
  [[nodiscard]] std::size_t size() const { return zones_.size(); }

 private:
  enum class Phase {
    heard,      ///< others have a version that we don't have
    gathering,  ///< we have it; not all others do
    waiting     ///< another is the owner
  };
  struct State {
    Phase phase;
    dns::Version version;
    std::set<InstanceId> have;
    dns::Version notified{0};
    SteadyTime deadline;
  };
  using States = std::unordered_map<ZoneId, State>;

  State* state_for(const ZoneId& zone, dns::Version version, SteadyTime now);
  [[nodiscard]] bool all_have(const State& state) const;
  /// True if the turn is ours and the state is done with.
  [[nodiscard]] bool decide(const ZoneId& zone, State& state, SteadyTime now);
  void count_misses(const State& state);
  void set_deadline(const ZoneId& zone, State& state, SteadyTime deadline);
  void erase(States::iterator state);

  const InstanceId self_;
  const Limits limits_;
  std::set<InstanceId> live_;
  std::map<InstanceId, int> misses_;
  States zones_;
  std::set<std::pair<SteadyTime, ZoneId>> deadlines_;
};

/// Weight of an instance for a zone: equal on all machines.
[[nodiscard]] std::uint64_t rendezvous_weight(const InstanceId& instance, const ZoneId& zone, std::uint64_t salt = 0);

}  // namespace minidns::mdns
