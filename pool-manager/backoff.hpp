#pragma once

#include <chrono>
#include <cstdint>

namespace minidns::pool {

/// How long a task waits before its next try.
struct RetryPolicy {
  std::chrono::milliseconds first{2000};
  std::chrono::milliseconds max{300'000};
  int error_after_attempts = 5;  ///< from then on its zone shows ERROR; it is still tried, at the slowest pace
  std::chrono::milliseconds error_after_absence{60'000};  ///< of the nameserver: its zones show ERROR, untried
};

/// The delay after `attempts` (1 and up) failed ones: it doubles up to the maximum, and the later half of it is drawn
/// by `random`, so that tasks that failed together don't come back together.
[[nodiscard]] std::chrono::milliseconds retry_delay(const RetryPolicy& policy, int attempts, std::uint64_t random);

/// The time between two questions while a change is awaited: quick at first, so that its visibility is known within
/// milliseconds, then easier on the nameserver. `asked`: questions asked so far.
[[nodiscard]] std::chrono::milliseconds look_delay(int asked);

}  // namespace minidns::pool
