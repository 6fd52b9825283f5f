#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace minidns {

/// A fixed set of threads for blocking work (database, cryptography), fed by a bounded queue. I/O threads post to it
/// and never wait for it.
class WorkerPool {
 public:
  /// `name` is the threads' name (at most 15 characters); `queue_length_max` bounds what waits.
  WorkerPool(std::string name, std::size_t threads, std::size_t queue_length_max);
  /// Runs what is queued, then joins.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False if the queue is full or the pool is stopping; the job is not run then. A job must not throw.
  [[nodiscard]] bool post(std::function<void()> job);
  /// No new jobs are taken; what is queued still runs. Idempotent.
  void stop();
  /// Jobs that wait for a thread; for a gauge.
  [[nodiscard]] std::size_t queue_length() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace minidns
