#include "pool-manager/catch_up.hpp"

#include <algorithm>

namespace minidns::pool {

void CatchUp::compared(std::int64_t head, SteadyTime now) {
  if (!through_) {
    go_on(head, now);
  }
}

bool CatchUp::is_near(SteadyTime now) const {
  return through_ && (now - since_ <= short_round || rounds_ >= rounds_max);
}

void CatchUp::go_on(std::int64_t head, SteadyTime now) {
  through_ = std::max(head, through_.value_or(head));
  since_ = now;
  rounds_ = std::min(rounds_ + 1, rounds_max);
}

}  // namespace minidns::pool
