#pragma once

#include "base/clock.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "pool-manager/drivers/soa_answer.hpp"
#include "pool-manager/sync/summary.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace minidns::pool::sync {

/// A zone whose transfer is awaited.
struct AwaitedZone {
  dns::Name name;
  dns::Serial wanted;
  bool is_present = false;                       ///< it was on the nameserver's list
  std::optional<SoaAnswer> seen = std::nullopt;  ///< the last answer; nothing: not asked yet
};

[[nodiscard]] std::vector<dns::Name> names_of(const std::vector<AwaitedZone>& zones);

/// The zones whose transfers are awaited: which of them to ask about next, and when. Asks about a few at a time while
/// most aren't there yet, since each question takes time from the nameserver, and as fast as it answers once they are.
/// Pure.
class Transfers {
 public:
  /// Questions of one step.
  static constexpr std::size_t batch_zones = 256;
  /// Between two steps while less than half of what was asked about is there: at most 1024 questions a second.
  static constexpr std::chrono::milliseconds pause{250};
  /// Nothing came for so long: the nameserver is asked to fetch, and zones are looked up again.
  static constexpr std::chrono::seconds stall{5};

  void await(AwaitedZone zone, SteadyTime now);
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }

  /// When the next step is due.
  [[nodiscard]] SteadyTime next_at() const { return next_at_; }
  /// Takes the next zones to ask about. They come back by `settle`.
  [[nodiscard]] std::vector<AwaitedZone> take();
  /// What was answered, in the same order. Returns how many of them have arrived; the others wait on.
  std::size_t settle(std::vector<AwaitedZone> asked, const std::vector<SoaAnswer>& answers, SteadyTime now);

  /// Nothing has arrived for `stall`, since it was last asked for.
  [[nodiscard]] bool is_stalled(SteadyTime now) const { return !waiting_.empty() && now - moved_at_ >= stall; }
  /// The `count` zones that wait longest; what follows is done about them, so the next stall is counted from now.
  [[nodiscard]] std::vector<AwaitedZone> oldest(std::size_t count, SteadyTime now);
  /// Forgets zones that nobody wants any more.
  void forget(const std::unordered_set<dns::Name>& zones);

  /// What is still awaited, as faults.
  [[nodiscard]] std::vector<ZoneFault> faults() const;

 private:
  std::deque<AwaitedZone> waiting_;  ///< those asked about least recently first
  SteadyTime next_at_{};
  SteadyTime moved_at_{};
};

/// Why a zone isn't there, by the nameserver's answer.
[[nodiscard]] ZoneFault fault_of(const AwaitedZone& zone);

}  // namespace minidns::pool::sync
