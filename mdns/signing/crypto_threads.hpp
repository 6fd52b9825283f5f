#pragma once

#include "base/worker_pool.hpp"
#include "dnssec/zone/signature_batch.hpp"

#include <cstddef>

namespace minidns::mdns {

/// The threads that make signatures, for all that is loaded at a time. Who has some to make works, too, so that one
/// signature waits for nobody.
class CryptoThreads {
 public:
  /// `threads`: beside the callers'; by default one less than there are processors, but one.
  explicit CryptoThreads(std::size_t threads = default_threads());

  /// What `dnssec` gives its tasks to; refers to this.
  [[nodiscard]] dnssec::Executor executor();

  /// Offers of work that wait; one that finds no place is done by the caller alone.
  static constexpr std::size_t queue_max = 64;

 private:
  [[nodiscard]] static std::size_t default_threads();

  const std::size_t threads_;
  WorkerPool pool_;
};

}  // namespace minidns::mdns
