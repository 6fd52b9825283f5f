#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace minidns {

/// Bounds the waits of one connection or request: while armed, `on_expiry` runs on `executor` when the time is over
/// (it closes or cancels the I/O object, whose pending operation then fails). Asio's `cancel_after` is newer than
/// Boost 1.81. Must be made, used and destroyed on the executor (a strand, or a context with one thread) of the object
/// that it guards: then `on_expiry` never runs after `disarm` or the destructor.
///
///     Deadline deadline(socket.get_executor(), [&socket] { socket.cancel(); });
///     deadline.arm(10s);
///     co_await async_read(socket, ...);      // operation_aborted if the deadline struck
///     deadline.disarm();
class Deadline {
 public:
  Deadline(const boost::asio::any_io_executor& executor, std::function<void()> on_expiry);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// Starts, or starts again, the time; clears `expired`.
  void arm(std::chrono::steady_clock::duration time);
  void disarm();
  /// Whether the time ran out since it was armed last.
  [[nodiscard]] bool expired() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace minidns
