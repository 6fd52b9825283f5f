#include "pool-manager/backoff.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace minidns::pool {

std::chrono::milliseconds retry_delay(const RetryPolicy& policy, int attempts, std::uint64_t random) {
  constexpr int doublings_max = 30;  // keeps the shift within 64 bits; far beyond any maximum
  const int doublings = std::clamp(attempts - 1, 0, doublings_max);
  const std::int64_t whole =
      std::min<std::int64_t>(policy.max.count(), policy.first.count() * (std::int64_t{1} << doublings));
  const std::int64_t half = whole / 2;
  const auto drawn = static_cast<std::int64_t>(random % static_cast<std::uint64_t>(half + 1));
  return std::chrono::milliseconds(whole - half + drawn);
}

std::chrono::milliseconds look_delay(int asked) {
  constexpr std::array<int, 9> delays_ms{0, 5, 10, 20, 50, 100, 100, 200, 200};
  constexpr int slowest_ms = 500;
  const auto step = static_cast<std::size_t>(std::max(asked, 0));
  return std::chrono::milliseconds(step < delays_ms.size() ? delays_ms[step] : slowest_ms);
}

}  // namespace minidns::pool
