#pragma once

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "central/settings.hpp"
#include "storage/retention.hpp"

#include <cstdint>
#include <stop_token>
#include <thread>

namespace minidns::central {

/// Between two passes over the feed, and after the database failed.
inline constexpr std::chrono::minutes housekeeping_interval{10};
/// Between two steps of a pass: housekeeping never takes more than a part of one connection's time.
inline constexpr std::chrono::milliseconds housekeeping_pause{50};

/// Takes old history and deleted zones out of the database, on a thread of its own. Every central does; a step that two
/// take at once is done once.
class Housekeeping {
 public:
  /// All must outlive this. Its end waits for the present step.
  Housekeeping(storage::Retention& retention, const Retention& settings, const Logger& log, Metrics& metrics);
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

 private:
  void run(const std::stop_token& stop);
  /// As far as it comes until it is asked to stop.
  void pass(const std::stop_token& stop);
  [[nodiscard]] std::int64_t prune_keys(const std::stop_token& stop);

  storage::Retention& retention_;
  const Retention settings_;
  const Logger& log_;
  Counter pruned_;

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace minidns::central
