#pragma once

#include "base/clock.hpp"

#include <chrono>

namespace minidns::pool {

/// Whether a nameserver can be reached, so that one that is down is found out once and not once per zone.
///
///     closed ──a broken connection, or 3 questions in a row without an answer──▶ open
///     open ──it answers again──▶ closed
///
/// While it is open nothing is sent but a trial every `trial_interval`.
class Circuit {
 public:
  /// One lost datagram is no outage.
  static constexpr int silences_max = 3;
  static constexpr std::chrono::seconds trial_interval{2};

  [[nodiscard]] bool is_open() const { return open_; }
  /// When the next trial is due; only while open.
  [[nodiscard]] SteadyTime trial_at() const { return trial_at_; }
  [[nodiscard]] SteadyTime open_since() const { return open_since_; }

  /// It answered, whatever it said. True if that closed the circuit.
  bool answered() {
    silences_ = 0;
    const bool was_open = open_;
    open_ = false;
    return was_open;
  }
  /// A question went without an answer. True if that opened the circuit.
  bool was_silent(SteadyTime now) { return ++silences_ >= silences_max && open(now); }
  /// A connection could not be made or broke. True if that opened the circuit.
  bool was_unreachable(SteadyTime now) { return open(now); }
  /// A trial failed.
  void trial_failed(SteadyTime now) { trial_at_ = now + trial_interval; }

 private:
  bool open(SteadyTime now) {
    if (open_) {
      return false;
    }
    open_ = true;
    open_since_ = now;
    trial_at_ = now + trial_interval;
    return true;
  }

  bool open_ = false;
  int silences_ = 0;
  SteadyTime trial_at_{};
  SteadyTime open_since_{};
};

}  // namespace minidns::pool
