#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace minidns::harness {

/// What a server says of a zone's SOA, by UDP without TSIG. Its own few lines of DNS, so that tests don't judge our
/// parser by our parser.
struct SoaAnswer {
  int rcode;
  bool authoritative;
  std::optional<std::uint32_t> serial;
};

class SoaAsker {
 public:
  /// A connected socket to one server.
  SoaAsker(const std::string& address, std::uint16_t port);
  ~SoaAsker();
  SoaAsker(const SoaAsker&) = delete;
  SoaAsker& operator=(const SoaAsker&) = delete;

  /// One question; nothing if no answer came within `limit`. `zone` in text, absolute, without escapes.
  [[nodiscard]] std::optional<SoaAnswer> ask(const std::string& zone,
                                             std::chrono::milliseconds limit = std::chrono::milliseconds(500));

 private:
  int fd_;
  std::uint16_t id_ = 1;
};

/// Lines of `dig +short`-like output without the parts that differ by server: `dig @address -p port name type`, sorted.
[[nodiscard]] std::vector<std::string> dig(const std::string& address, std::uint16_t port,
                                           const std::vector<std::string>& question);

}  // namespace minidns::harness
