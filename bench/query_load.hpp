#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace minidns::bench {

/// SOA queries for one zone by UDP, without a pause: each of `threads` sockets keeps `window` queries under way.
struct QueryLoad {
  std::uint16_t port;
  std::string zone;
  int threads = 1;
  int window = 32;
  std::chrono::milliseconds time{3000};
};

/// Answers per second; only those with RCODE 0 and an answer count. Throws std::runtime_error if there is another one.
[[nodiscard]] double run_load(const QueryLoad& load);

/// Puts all threads of a process on one processor, or the calling thread and those that it makes from now on.
void pin_process(int pid, int processor);
void pin_self(int processor);

}  // namespace minidns::bench
