#pragma once

#include "base/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace minidns::pool {

/// Lets one coroutine wait until there is something to do, or a time has come. What is notified before the wait is not
/// lost. All on one strand.
class Wakeup {
 public:
  explicit Wakeup(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  void notify();
  /// Returns at `deadline` at the latest.
  [[nodiscard]] boost::asio::awaitable<void> wait_until(SteadyTime deadline);
  [[nodiscard]] boost::asio::awaitable<void> wait_for(SteadyTime::duration time);

 private:
  boost::asio::steady_timer timer_;
  bool notified_ = false;
};

}  // namespace minidns::pool
