#include "pool-manager/proof/pace.hpp"

#include <algorithm>
#include <chrono>

namespace minidns::pool {

SteadyTime::duration Pace::least_time_of(std::size_t count) const {
  return std::chrono::duration_cast<SteadyTime::duration>(
      std::chrono::duration<double>(static_cast<double>(count) / per_second_max_));
}

SteadyTime::duration Pace::time_of(std::size_t count, std::size_t total) const {
  const double share = static_cast<double>(count) / static_cast<double>(std::max<std::size_t>(total, count));
  const auto even = std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(round_) * share);
  return std::max(even, least_time_of(count));
}

void Pace::did(std::size_t count, std::size_t total, SteadyTime now) {
  if (count == 0) {
    return;
  }
  // From when it was due, so that small delays don't add up; those that are longer than a step do.
  const SteadyTime::duration time = time_of(count, total);
  const SteadyTime due = std::max(next_, now - time);
  next_ = std::max(due + time, now + least_time_of(count));
}

std::size_t Pace::batch(std::size_t total, double per_second, std::size_t most) const {
  if (total == 0) {
    return 1;
  }
  const double one_s = std::chrono::duration<double>(time_of(1, total)).count();
  const double wanted = one_s > 0 ? 1 / (one_s * per_second) : static_cast<double>(most);
  return static_cast<std::size_t>(std::clamp(wanted, 1.0, static_cast<double>(most)));
}

}  // namespace minidns::pool
