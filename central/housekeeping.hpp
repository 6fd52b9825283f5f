#pragma once

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "central/settings.hpp"
#include "storage/retention.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
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
  /// All must outlive this.
  Housekeeping(storage::Retention& retention, const Retention& settings, const Logger& log, Metrics& metrics);
  /// Ends the thread after its present step.
  ~Housekeeping();
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;

 private:
  void run();
  /// False if it was asked to stop.
  [[nodiscard]] bool pass();
  /// False if it was asked to stop meanwhile.
  [[nodiscard]] bool wait(std::chrono::milliseconds time);

  storage::Retention& retention_;
  const Retention settings_;
  const Logger& log_;
  Counter pruned_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool stopping_ = false;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace minidns::central
