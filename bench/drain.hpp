#pragma once

#include "tests/harness/bind_server.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace minidns::bench {

/// What came over one transfer, counted by a client that does next to nothing, so that the server is what is measured.
struct Drained {
  std::uint64_t octets = 0;
  std::uint64_t messages = 0;
  std::uint64_t records = 0;  ///< sum of ANCOUNT: both SOAs are in it
  double seconds = 0;
};

/// AXFR of `zone`, with TSIG if there is a key (the request is signed; the answers' signatures are received and not
/// checked). Throws std::runtime_error for an error code or a connection that ends early.
[[nodiscard]] Drained drain_axfr(const std::string& address, std::uint16_t port, const std::string& zone,
                                 const std::optional<harness::KeySpec>& key);

/// IXFR from `serial`, the same way; `seconds` counts from before the connection is opened. The answer must be one
/// message with a difference in it.
[[nodiscard]] Drained ask_ixfr(const std::string& address, std::uint16_t port, const std::string& zone,
                               const std::optional<harness::KeySpec>& key, std::uint32_t serial);

}  // namespace minidns::bench
