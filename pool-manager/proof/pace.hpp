#pragma once

#include "base/clock.hpp"

#include <cstddef>

namespace minidns::pool {

/// Spreads what is done for each of many zones evenly over a round, below a rate. Time that was lost isn't made up for:
/// there is no burst after a pause. Pure.
class Pace {
 public:
  /// `per_second_max` > 0.
  Pace(SteadyTime::duration round, double per_second_max) : round_(round), per_second_max_(per_second_max) {}

  /// When the next is due; at once at first.
  [[nodiscard]] SteadyTime next() const { return next_; }
  /// `count` of `total` zones are done now.
  void did(std::size_t count, std::size_t total, SteadyTime now);
  /// Nothing is done before this.
  void wait_until(SteadyTime time) { next_ = time; }
  /// How many to do at once so that there are `per_second` or fewer steps a second: 1 to `most`.
  [[nodiscard]] std::size_t batch(std::size_t total, double per_second, std::size_t most) const;

 private:
  [[nodiscard]] SteadyTime::duration least_time_of(std::size_t count) const;
  [[nodiscard]] SteadyTime::duration time_of(std::size_t count, std::size_t total) const;

  const SteadyTime::duration round_;
  const double per_second_max_;
  SteadyTime next_{};
};

}  // namespace minidns::pool
