#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace minidns::api {

/// What GET /v2/limits tells. The numbers are enforced where their things are: central's quotas, the parsers here.
struct Limits {
  std::int64_t zones_max = 10;
  std::int64_t zone_recordsets_max = 500;
  std::int64_t zone_records_max = 500;
  std::int64_t recordset_records_max = 20;
  std::int64_t ttl_min_s = 0;
};

struct ServerSettings {
  std::string address = "127.0.0.1";  ///< an IP address; TLS isn't spoken, so put a proxy before anything but loopback
  std::uint16_t port = 9001;          ///< 0: the system chooses
  /// Links begin with it instead of with the request's Host: `https://dns.example.org`, no trailing slash.
  std::optional<std::string> base_url;

  /// More are answered 503 and closed. While it reads, each costs at most the body limit, 64 KiB of buffer and a file
  /// descriptor.
  std::size_t connections_max = 1024;
  /// From a request's first octet to the end of its header, and from there to the end of its body: a client that
  /// trickles must not hold a connection for ever. `header_time` also bounds a new connection's silence.
  std::chrono::milliseconds header_time{10'000};
  std::chrono::milliseconds body_time{30'000};
  /// For the client to take a whole response.
  std::chrono::milliseconds write_time{30'000};
  /// Between two requests; a little over what proxies usually keep theirs, so that they close first.
  std::chrono::milliseconds idle_time{75'000};
  /// For requests in flight when the server shuts down; then they are cut.
  std::chrono::milliseconds shutdown_time{10'000};

  Limits limits;
};

/// As oslo.middleware, which Designate's clients know.
inline constexpr std::size_t body_size_octets_max = 114'688;
/// Request line and all fields. Tokens and filters are short; this is what most servers take.
inline constexpr std::uint32_t header_size_octets_max = 16 * 1024;

}  // namespace minidns::api
