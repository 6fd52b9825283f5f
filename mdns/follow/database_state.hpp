#pragma once

#include "base/clock.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

namespace minidns::mdns {

/// What the threads that talk to the database know of it. Safe on every thread.
class DatabaseState {
 public:
  explicit DatabaseState(const Clock& clock) : clock_(clock), down_since_(clock.steady().time_since_epoch()) {}

  void up() { down_since_.store(up_, std::memory_order_relaxed); }
  /// Keeps the time of the first failure.
  void down() {
    auto expected = up_;
    down_since_.compare_exchange_strong(expected, clock_.steady().time_since_epoch(), std::memory_order_relaxed);
  }
  /// For how long it hasn't answered; nothing if it does.
  [[nodiscard]] std::optional<std::chrono::seconds> down_for() const {
    const auto since = down_since_.load(std::memory_order_relaxed);
    if (since == up_) {
      return std::nullopt;
    }
    return std::chrono::duration_cast<std::chrono::seconds>(clock_.steady().time_since_epoch() - since);
  }

  /// The index was read once: there is something to serve.
  std::atomic<bool> loaded{false};
  /// All changes up to here are applied.
  std::atomic<std::int64_t> applied_seq{0};

 private:
  static constexpr SteadyTime::duration up_ = SteadyTime::duration::min();
  const Clock& clock_;
  std::atomic<SteadyTime::duration> down_since_;
};

}  // namespace minidns::mdns
