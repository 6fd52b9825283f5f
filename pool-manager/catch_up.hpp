#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace minidns::pool {

/// When a nameserver that is bootstrapping counts as caught up. Pure; one for each session.
///
///     begun ──compared──▶ chasing ──everything up to the target is visible──▶ near, may enter service
///                            ▲                  │
///                            └─ a newer target ─┘  it took long: as much may have come since
///
/// The target is the head of the feed when the first comparison of this session began. What is not visible of it is in
/// hand, or a task; newer changes don't count, since on a busy platform there is always something in hand. So that one
/// whose first round took hours doesn't enter service hours behind, it is followed by others until one was short, which
/// takes a few: each has only to bring what the one before left. Their number is limited, so that a zone that breaks in
/// every round can't keep it out for ever.
class CatchUp {
 public:
  /// Behind by what has changed in so long, it may enter service.
  static constexpr std::chrono::seconds short_round{30};
  static constexpr int rounds_max = 5;

  /// The zones were compared, completely; `head` is the feed's from before. Later ones change nothing.
  void compared(std::int64_t head, SteadyTime now);
  /// What must be visible; nothing before the comparison.
  [[nodiscard]] std::optional<std::int64_t> through() const { return through_; }
  /// Everything up to `through` is visible: whether that is enough.
  [[nodiscard]] bool is_near(SteadyTime now) const;
  /// It wasn't, or nobody wants it in service yet: on to the feed's present head.
  void go_on(std::int64_t head, SteadyTime now);

 private:
  std::optional<std::int64_t> through_;
  SteadyTime since_{};  // of through_
  int rounds_ = 0;
};

}  // namespace minidns::pool
