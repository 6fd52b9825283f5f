#pragma once

#include <cstddef>

namespace minidns::bench {

/// What can't be had for less: CPU seconds of one thread.
struct Baseline {
  double write = 0;  ///< to write so many octets, which lie in memory, to a TCP socket on loopback, 256 KiB at a time
  double hmac = 0;   ///< HMAC-SHA256 (OpenSSL) over them, in pieces of a message each
};

/// The least of `rounds`. `message_octets` is the size of the pieces.
[[nodiscard]] Baseline measure_baseline(std::size_t octets, std::size_t message_octets, int rounds);

}  // namespace minidns::bench
