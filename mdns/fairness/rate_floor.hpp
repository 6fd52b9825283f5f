#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>

namespace minidns::mdns {

/// Whether a peer takes at least so many octets per second, looked at over one window after the other: a peer that
/// takes a message just before each write's deadline would else hold its place for hours.
class RateFloor {
 public:
  RateFloor(std::size_t octets_per_s_min, std::chrono::milliseconds window, SteadyTime now)
      : octets_per_s_min_(octets_per_s_min), window_(window), begin_(now) {}

  /// After `octets` more were taken: false if the window is over and they were too few.
  [[nodiscard]] bool holds_after(std::size_t octets, SteadyTime now) {
    octets_ += octets;
    if (now - begin_ < window_) {
      return true;
    }
    const double seconds = std::chrono::duration<double>(now - begin_).count();
    const bool holds = static_cast<double>(octets_) >= static_cast<double>(octets_per_s_min_) * seconds;
    begin_ = now;
    octets_ = 0;
    return holds;
  }

 private:
  const std::size_t octets_per_s_min_;
  const std::chrono::milliseconds window_;
  SteadyTime begin_;
  std::size_t octets_ = 0;
};

}  // namespace minidns::mdns
