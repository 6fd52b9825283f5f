#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

namespace minidns::mdns {

/// An immutable value that is replaced as a whole. Readers keep a Reader each, so that a read normally is one atomic
/// load, without a lock and without a shared reference count.
template <class T>
class Published {
 public:
  using Pointer = std::shared_ptr<const T>;

  explicit Published(Pointer first) : current_(std::move(first)) {}

  void publish(Pointer next) {
    const std::lock_guard lock(mutex_);
    current_ = std::move(next);
    generation_.fetch_add(1, std::memory_order_release);
  }

  [[nodiscard]] Pointer get() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }

  /// For one thread or strand at a time; must not outlive the Published.
  class Reader {
   public:
    explicit Reader(const Published& source)
        : source_(&source), generation_(source.generation_.load(std::memory_order_acquire)), value_(source.get()) {}

    [[nodiscard]] const Pointer& get() {
      // The generation is read before the value: a value that is newer than its generation is only read once more.
      const std::uint64_t generation = source_->generation_.load(std::memory_order_acquire);
      if (generation != generation_) {
        value_ = source_->get();
        generation_ = generation;
      }
      return value_;
    }

   private:
    const Published* source_;
    std::uint64_t generation_;
    Pointer value_;
  };

 private:
  mutable std::mutex mutex_;  // guards current_; taken by readers only after a change
  Pointer current_;
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace minidns::mdns
