#include "tests/harness/wait.hpp"

#include <algorithm>
#include <poll.h>

namespace minidns::harness {

bool eventually(const std::function<bool()>& condition, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (int pause_ms = 1;; pause_ms = std::min(pause_ms * 2, 50)) {
    if (condition()) return true;
    if (std::chrono::steady_clock::now() >= end) return false;
    ::poll(nullptr, 0, pause_ms);
  }
}

}  // namespace minidns::harness
