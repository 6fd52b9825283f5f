#pragma once

#include <cstdint>

namespace minidns {

/// Blocks SIGTERM, SIGINT and SIGHUP in this thread and all that it starts later, ignores SIGPIPE. Call it first in
/// main.
void block_signals();

enum class Signal { stop, reload };

/// Waits for the next of them; SIGTERM and SIGINT are stop, SIGHUP is reload.
[[nodiscard]] Signal wait_for_signal();

/// Raises the number of files and sockets that this process may have open to what the system allows; returns it.
[[nodiscard]] std::uint64_t raise_descriptor_limit();

/// Lets `wait_for_signal` return stop: for a thread that found that the program can't go on. Needs `block_signals`.
void request_stop();

}  // namespace minidns
