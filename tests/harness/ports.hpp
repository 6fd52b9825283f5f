#pragma once

#include <cstdint>

namespace minidns::harness {

/// A port that is free for TCP and UDP on every loopback address that tests use (127.0.0.1 to 127.0.0.4), and stays
/// reserved among all test programs until this one ends.
[[nodiscard]] std::uint16_t free_port();

}  // namespace minidns::harness
