#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace minidns {

/// Owns coroutines: starts them, cancels them (terminal cancellation) and waits for their end. Nothing is detached.
/// An exception that leaves a task goes to `on_failure` (which logs it).
class TaskGroup {
 public:
  using OnFailure = std::function<void(std::exception_ptr)>;

  explicit TaskGroup(OnFailure on_failure);
  /// All tasks must have ended (`wait_idle`).
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task` on `executor` (a strand where it shares state). False once `cancel` was called.
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
  std::shared_ptr<State> state_;
};

}  // namespace minidns
