#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>

namespace minidns {

/// Owns coroutines: starts them, cancels them (terminal cancellation) and waits for their end. Nothing is detached.
/// An exception that leaves a task goes to `on_failure` (which logs it, on the task's executor), except
/// operation_aborted after `cancel`.
class TaskGroup {
 public:
  using OnFailure = std::function<void(std::exception_ptr)>;

  explicit TaskGroup(OnFailure on_failure);
  /// Cancels what still runs but does not wait for it: call `wait_idle` first, or stop the io_context's threads.
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task` on `executor`, which must not run two handlers at once (a strand, or a context with one thread): the
  /// cancellation arrives there too. False, and the task is not run, once `cancel` or `close` was called.
  bool spawn(const boost::asio::any_io_executor& executor, boost::asio::awaitable<void> task);
  /// Asks every task to end; new ones are refused.
  void cancel();
  /// Refuses new tasks but lets the present ones run on (drain).
  void close();
  [[nodiscard]] std::size_t size() const;
  /// Blocks a thread that runs no task until all have ended or `limit` has passed; true if all have.
  [[nodiscard]] bool wait_idle(std::chrono::milliseconds limit);

 private:
  struct State;
  class Membership;
  std::shared_ptr<State> state_;
};

}  // namespace minidns
