#include "pool-manager/sync/progress.hpp"

#include <algorithm>
#include <cmath>
#include <sys/ioctl.h>
#include <unistd.h>

namespace minidns::pool::sync {
namespace {

using namespace std::chrono_literals;

constexpr auto redraw_interval = 100ms;
constexpr auto line_interval = 5s;
constexpr std::size_t columns_default = 80;
constexpr std::size_t bar_columns = 24;

std::string rate_text(double per_second) {
  return std::to_string(std::llround(per_second)) + "/s";
}

std::string left_text(const ProgressRate& rate) {
  const auto left = rate.time_left();
  return left ? clock_text(*left) + " left" : "time left unknown";
}

std::string count_text(const ProgressRate& rate) {
  return std::to_string(rate.done()) + "/" + std::to_string(rate.total());
}

}  // namespace

void ProgressRate::note(SteadyTime now, std::size_t done, std::size_t total) {
  done_ = done;
  total_ = total;
  while (samples_.size() > 1 && now - samples_[1].at >= window) {
    samples_.pop_front();
  }
  if (samples_.empty() || now - samples_.back().at >= spacing) {
    samples_.push_back({now, done});
  }
}

double ProgressRate::per_second() const {
  if (samples_.size() < 2 || samples_.back().done <= samples_.front().done) {
    return 0;
  }
  const std::chrono::duration<double> time = samples_.back().at - samples_.front().at;
  return static_cast<double>(samples_.back().done - samples_.front().done) / time.count();
}

std::optional<std::chrono::seconds> ProgressRate::time_left() const {
  if (done_ >= total_) {
    return 0s;
  }
  const double rate = per_second();
  if (rate <= 0) {
    return std::nullopt;
  }
  return std::chrono::seconds(std::llround(std::ceil(static_cast<double>(total_ - done_) / rate)));
}

int ProgressRate::percent() const {
  if (done_ >= total_) {
    return 100;
  }
  return static_cast<int>(static_cast<double>(done_) * 100 / static_cast<double>(total_));
}

std::string clock_text(std::chrono::seconds time) {
  const auto two_digits = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  const std::int64_t all = std::max<std::int64_t>(time.count(), 0);
  const std::int64_t hours = all / 3600;
  const std::int64_t minutes = all / 60 % 60;
  const std::string seconds = two_digits(all % 60);
  return hours > 0 ? std::to_string(hours) + ":" + two_digits(minutes) + ":" + seconds
                   : std::to_string(minutes) + ":" + seconds;
}

std::string progress_bar(const std::string& doing, const ProgressRate& rate, std::size_t columns) {
  const auto filled = static_cast<std::size_t>(rate.percent()) * bar_columns / 100;
  std::string text = doing + "  [" + std::string(filled, '#') + std::string(bar_columns - filled, '.') + "] " +
                     std::to_string(rate.percent()) + "%  " + count_text(rate) + "  " + rate_text(rate.per_second()) +
                     "  " + left_text(rate);
  text.resize(std::min(text.size(), columns));
  return text;
}

std::string progress_line(const std::string& doing, const ProgressRate& rate) {
  return doing + ": " + count_text(rate) + " (" + std::to_string(rate.percent()) + "%), " +
         rate_text(rate.per_second()) + ", " + left_text(rate);
}

ProgressDisplay::Kind ProgressDisplay::kind_of_standard_output() {
  return ::isatty(STDOUT_FILENO) == 1 ? Kind::terminal : Kind::plain;
}

std::size_t ProgressDisplay::columns_of_standard_output() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
    return columns_default;
  }
  return size.ws_col - std::size_t{1};  // the last column makes some terminals begin a line
}

void ProgressDisplay::show(SteadyTime now, const std::string& doing, std::size_t done, std::size_t total) {
  if (doing != shown_) {
    rate_ = ProgressRate();
    shown_ = doing;
  }
  rate_.note(now, done, total);
  const auto interval = kind_ == Kind::terminal ? std::chrono::milliseconds(redraw_interval) : line_interval;
  if (shown_at_ && now - *shown_at_ < interval) {
    return;
  }
  if (!shown_at_ && kind_ == Kind::plain) {
    shown_at_ = now;  // what is done within the first interval needs no line
    return;
  }
  shown_at_ = now;
  if (kind_ == Kind::plain) {
    out_ << progress_line(doing, rate_) << std::endl;
    return;
  }
  out_ << "\r\x1b[K" << progress_bar(doing, rate_, columns_) << std::flush;
  is_drawn_ = true;
}

void ProgressDisplay::say(const std::string& line) {
  clear();
  out_ << line << std::endl;
}

void ProgressDisplay::clear() {
  if (is_drawn_) {
    out_ << "\r\x1b[K" << std::flush;
    is_drawn_ = false;
  }
}

}  // namespace minidns::pool::sync
