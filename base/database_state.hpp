#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"

#include <mutex>
#include <string>

namespace minidns {

/// Whether the database can be used, as a thread of the program finds it out each second; says so once when it
/// changes. Safe on any thread.
class DatabaseState {
 public:
  /// Both must outlive this.
  DatabaseState(const Clock& clock, const Logger& log) : clock_(clock), log_(log) {}

  void worked();
  void failed(const std::string& reason);

  [[nodiscard]] bool is_up() const;
  /// `database=up`, or `database=down for=12s reason="…"`.
  [[nodiscard]] std::string describe() const;

 private:
  const Clock& clock_;
  const Logger& log_;
  mutable std::mutex mutex_;  // guards what follows
  bool up_ = false;
  bool told_ = false;  ///< the log has our state
  SteadyTime since_{};
  std::string reason_ = "not asked yet";
};

}  // namespace minidns
