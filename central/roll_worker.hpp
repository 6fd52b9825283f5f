#pragma once

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "central/key_rolling.hpp"
#include "storage/key_rolls.hpp"
#include "storage/signing_refresh.hpp"

#include <chrono>
#include <optional>
#include <stop_token>
#include <thread>

namespace minidns::central {

/// Between two looks at what is due.
inline constexpr std::chrono::seconds roll_interval{5};
/// Between two looks at the age of all keys.
inline constexpr std::chrono::minutes key_age_interval{5};

/// Begins key rolls and goes on with them, on a thread of its own: parents may take seconds to answer. Every central
/// does.
class RollWorker {
 public:
  /// All must outlive this. Its end waits for the present zone's parent.
  RollWorker(storage::KeyRolls& rolls, storage::SigningRefresh& clock, KeyRoller& roller, const Logger& log,
             Metrics& metrics);
  RollWorker(const RollWorker&) = delete;
  RollWorker& operator=(const RollWorker&) = delete;

 private:
  void run(const std::stop_token& stop);
  void round(const std::stop_token& stop);

  storage::KeyRolls& rolls_;
  storage::SigningRefresh& clock_;
  KeyRoller& roller_;
  const Logger& log_;
  Gauge under_way_;
  Gauge at_parent_;
  std::optional<std::chrono::steady_clock::time_point> looked_at_ages_;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace minidns::central
