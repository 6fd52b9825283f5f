#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <ostream>
#include <string>

namespace minidns::pool::sync {

/// How far work has come, and when it will be done at the rate of the last `window`. Pure: time comes in.
class ProgressRate {
 public:
  static constexpr std::chrono::seconds window{15};

  /// `done` of `total` at `now`. `done` may go back (a zone changed), `total` may change.
  void note(SteadyTime now, std::size_t done, std::size_t total);

  [[nodiscard]] std::size_t done() const { return done_; }
  [[nodiscard]] std::size_t total() const { return total_; }
  /// Per second, over the window; 0 before there are two samples, and where nothing came to be done.
  [[nodiscard]] double per_second() const;
  /// Nothing while the rate is 0.
  [[nodiscard]] std::optional<std::chrono::seconds> time_left() const;
  /// 0 to 100, rounded down, so that 100 means all; 100 if there is nothing to do.
  [[nodiscard]] int percent() const;

 private:
  struct Sample {
    SteadyTime at;
    std::size_t done;
  };
  std::deque<Sample> samples_;  ///< of the window, at most one each `spacing`
  std::size_t done_ = 0;
  std::size_t total_ = 0;

  static constexpr std::chrono::milliseconds spacing{250};
};

/// `1:02:03`, `4:05`.
[[nodiscard]] std::string clock_text(std::chrono::seconds time);
/// `adding zones  [#####.....] 50%  5000/10000  612/s  0:08 left`, cut to `columns`.
[[nodiscard]] std::string progress_bar(const std::string& doing, const ProgressRate& rate, std::size_t columns);
/// The same for a log: `adding zones: 5000/10000 (50%), 612/s, 0:08 left`.
[[nodiscard]] std::string progress_line(const std::string& doing, const ProgressRate& rate);

/// Shows progress to a person: a bar that is drawn over and over on a terminal, else a line every few seconds.
class ProgressDisplay {
 public:
  enum class Kind { terminal, plain };
  /// `out` must outlive this.
  ProgressDisplay(std::ostream& out, Kind kind, std::size_t columns) : out_(out), kind_(kind), columns_(columns) {}
  /// Ends the line that is being drawn.
  ~ProgressDisplay() { clear(); }
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;

  /// What fits standard output.
  [[nodiscard]] static Kind kind_of_standard_output();
  [[nodiscard]] static std::size_t columns_of_standard_output();

  void show(SteadyTime now, const std::string& doing, std::size_t done, std::size_t total);
  /// A line that stays.
  void say(const std::string& line);

 private:
  void clear();

  std::ostream& out_;
  Kind kind_;
  std::size_t columns_;
  ProgressRate rate_;
  std::optional<SteadyTime> shown_at_;
  std::string shown_;  ///< what was being done
  bool is_drawn_ = false;
};

}  // namespace minidns::pool::sync
