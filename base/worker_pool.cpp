#include "base/worker_pool.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <pthread.h>
#include <thread>
#include <utility>
#include <vector>

namespace minidns {

struct WorkerPool::State {
  explicit State(std::size_t limit) : queue_length_max(limit) {}

  /// Blocks until there is a job; an empty one means that the pool has stopped and nothing is left.
  std::function<void()> take();
  void work() noexcept;

  const std::size_t queue_length_max;
  mutable std::mutex mutex;  // guards queue and stopping
  std::condition_variable changed;
  std::deque<std::function<void()>> queue;
  bool stopping = false;
  std::vector<std::thread> threads;  // touched only by the constructor and the destructor
};

std::function<void()> WorkerPool::State::take() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return stopping || !queue.empty(); });
  if (queue.empty()) {
    return {};
  }
  std::function<void()> job = std::move(queue.front());
  queue.pop_front();
  return job;
}

void WorkerPool::State::work() noexcept {
  while (auto job = take()) {
    job();
  }
}

WorkerPool::WorkerPool(std::string name, std::size_t threads, std::size_t queue_length_max)
    : state_(std::make_unique<State>(queue_length_max)) {
  for (std::size_t i = 0; i < threads; ++i) {
    std::thread& thread = state_->threads.emplace_back([state = state_.get()] { state->work(); });
    // The name only helps a person who looks at the threads: one that the kernel refuses is no reason to fail.
    (void)::pthread_setname_np(thread.native_handle(), name.substr(0, 15).c_str());
  }
}

WorkerPool::~WorkerPool() {
  stop();
  for (std::thread& thread : state_->threads) {
    thread.join();
  }
}

bool WorkerPool::post(std::function<void()> job) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->stopping || state_->queue.size() >= state_->queue_length_max) {
      return false;
    }
    state_->queue.push_back(std::move(job));
  }
  state_->changed.notify_one();
  return true;
}

void WorkerPool::stop() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
}

std::size_t WorkerPool::queue_length() const {
  const std::lock_guard lock(state_->mutex);
  return state_->queue.size();
}

}  // namespace minidns
