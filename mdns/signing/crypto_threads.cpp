#include "mdns/signing/crypto_threads.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace minidns::mdns {
namespace {

/// Tasks that several threads take one by one.
class Shared {
 public:
  explicit Shared(std::vector<std::function<void()>> tasks) : tasks_(std::move(tasks)) {}

  /// Until none is left that nobody has taken.
  void work() {
    while (const auto* task = take()) {
      std::exception_ptr failure;
      try {
        (*task)();
      } catch (...) {  // handed to who waits for it
        failure = std::current_exception();
      }
      const std::lock_guard lock(mutex_);
      failure_ = failure_ ? failure_ : failure;
      if (++done_ == tasks_.size()) {
        all_done_.notify_all();
      }
    }
  }

  void wait() {
    std::unique_lock lock(mutex_);
    all_done_.wait(lock, [this] { return done_ == tasks_.size(); });
    if (failure_) {
      std::rethrow_exception(failure_);
    }
  }

 private:
  const std::function<void()>* take() {
    const std::lock_guard lock(mutex_);
    return next_ == tasks_.size() ? nullptr : &tasks_[next_++];
  }

  const std::vector<std::function<void()>> tasks_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable all_done_;
  std::size_t next_ = 0;
  std::size_t done_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

CryptoThreads::CryptoThreads(std::size_t threads) : threads_(threads), pool_("mdns-sign", threads, queue_max) {}

std::size_t CryptoThreads::default_threads() {
  return std::max(2U, std::thread::hardware_concurrency()) - 1;
}

dnssec::Executor CryptoThreads::executor() {
  return [this](std::vector<std::function<void()>> tasks) {
    const std::size_t helpers = tasks.empty() ? 0 : std::min(threads_, tasks.size() - 1);
    const auto shared = std::make_shared<Shared>(std::move(tasks));
    for (std::size_t i = 0; i < helpers; ++i) {
      if (!pool_.post([shared] { shared->work(); })) {
        break;  // there is enough to do: the caller does it
      }
    }
    shared->work();
    shared->wait();
  };
}

}  // namespace minidns::mdns
