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

  void up() { answers(false); }
  /// The primary is away, and replicas answer.
  void up_by_replica() { answers(true); }
  /// Keeps the time of the first failure.
  void down() {
    auto expected = up_;
    down_since_.compare_exchange_strong(expected, clock_.steady().time_since_epoch(), std::memory_order_relaxed);
  }
  /// Before the first answer: another process of ours heard it so long ago.
  void heard_before(std::chrono::seconds age) { down_since_.store((clock_.steady() - age).time_since_epoch()); }
  /// For how long it hasn't answered; nothing if it does.
  [[nodiscard]] std::optional<std::chrono::seconds> down_for() const {
    const auto since = down_since_.load(std::memory_order_relaxed);
    if (since == up_) {
      return std::nullopt;
    }
    return std::chrono::duration_cast<std::chrono::seconds>(clock_.steady().time_since_epoch() - since);
  }

  [[nodiscard]] bool is_by_replica() const { return by_replica_.load(std::memory_order_relaxed); }

  /// The index was read once: there is something to serve.
  std::atomic<bool> loaded{false};
  /// All changes up to here are applied.
  std::atomic<std::int64_t> applied_seq{0};

 private:
  void answers(bool by_replica) {
    by_replica_.store(by_replica, std::memory_order_relaxed);
    down_since_.store(up_, std::memory_order_relaxed);
  }

  static constexpr SteadyTime::duration up_ = SteadyTime::duration::min();
  const Clock& clock_;
  std::atomic<SteadyTime::duration> down_since_;
  std::atomic<bool> by_replica_{false};
};

}  // namespace minidns::mdns
