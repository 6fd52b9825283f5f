#pragma once

#include <chrono>

namespace minidns {

using WallTime = std::chrono::system_clock::time_point;
using SteadyTime = std::chrono::steady_clock::time_point;

/// Time comes in through this interface, so that tests decide what time it is.
class Clock {
 public:
  virtual ~Clock() = default;
  /// UTC.
  [[nodiscard]] virtual WallTime wall() const = 0;
  /// Never goes back; for deadlines and durations.
  [[nodiscard]] virtual SteadyTime steady() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] WallTime wall() const override { return std::chrono::system_clock::now(); }
  [[nodiscard]] SteadyTime steady() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace minidns
