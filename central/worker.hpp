#pragma once

#include "base/log.hpp"

#include <chrono>
#include <functional>
#include <stop_token>
#include <string_view>

namespace minidns::central {

/// For what central does by itself, each on a thread of its own (std::jthread: it is asked to stop, and joined).

/// Waits so long; false, and at once, if the thread was asked to stop.
[[nodiscard]] bool wait(const std::stop_token& stop, std::chrono::milliseconds time);

/// Calls `step`, and says in the log what went wrong with `worker` if it fails: a database that is away, a commit in
/// doubt, a statement that the database refused, a row that no program of ours writes. All that can be tried again:
/// true if it succeeded.
[[nodiscard]] bool attempt(const Logger& log, std::string_view worker, const std::function<void()>& step);

}  // namespace minidns::central
