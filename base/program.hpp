#pragma once

#include <functional>
#include <string>

namespace minidns {

/// Blocks SIGTERM, SIGINT and SIGHUP in this thread and all that it starts later, ignores SIGPIPE. Call it first in
/// main.
void block_signals();

enum class Signal { stop, reload };

/// Waits for the next of them; SIGTERM and SIGINT are stop, SIGHUP is reload.
[[nodiscard]] Signal wait_for_signal();

}  // namespace minidns
