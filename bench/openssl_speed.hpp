#pragma once

#include "dnssec/algorithm.hpp"

namespace minidns::bench {

/// Signatures per second of user time that `openssl speed` makes within so many seconds, on one thread.
[[nodiscard]] double openssl_speed(dnssec::Algorithm algorithm, int seconds);

}  // namespace minidns::bench
