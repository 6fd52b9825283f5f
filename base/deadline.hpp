#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <chrono>

namespace minidns {

/// Bounds the waits of one connection or request: while armed, `on_expiry` runs on the coroutine's executor when the
/// time is over (it closes or cancels the I/O object, whose pending operation then fails). Asio's `cancel_after` is
/// newer than Boost 1.81. Must be used on the executor (strand) of the object that it guards.
///
///     Deadline deadline(socket.get_executor(), [&] { socket.cancel(); });
///     deadline.arm(10s);
///     co_await async_read(socket, ...);      // operation_aborted if the deadline struck
///     deadline.disarm();
class Deadline {
 public:
  template <class Executor, class OnExpiry>
  Deadline(const Executor& executor, OnExpiry on_expiry);

  /// Starts, or starts again, the time.
  void arm(std::chrono::steady_clock::duration time);
  void disarm();
  [[nodiscard]] bool expired() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace minidns

#include "base/deadline.ipp"
