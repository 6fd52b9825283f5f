#pragma once

#include <chrono>
#include <functional>

namespace minidns::harness {

/// Asks `condition` again and again, less often as time goes by (1 ms to 50 ms apart), until it holds or `limit` has
/// passed. True if it held. Tests wait for conditions, never for time.
[[nodiscard]] bool eventually(const std::function<bool()>& condition,
                              std::chrono::milliseconds limit = std::chrono::seconds(30));

}  // namespace minidns::harness
