#pragma once

#include "base/bytes.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace minidns::mdns::test {

/// A blocking socket of a peer that doesn't behave. All waits are bounded.
class PeerSocket {
 public:
  /// `from`: our own address; empty: the system's choice.
  [[nodiscard]] static PeerSocket connect_tcp(const std::string& address, std::uint16_t port,
                                              int receive_buffer_octets = 0, const std::string& from = {});
  /// Bound to a free port of `address`.
  [[nodiscard]] static PeerSocket bind_udp(const std::string& address);
  ~PeerSocket();
  PeerSocket(PeerSocket&& other) noexcept;
  PeerSocket& operator=(PeerSocket&&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  void send(ByteView octets) const;
  void send_to(ByteView octets, const std::string& address, std::uint16_t port) const;
  void shut_down_writing() const;
  /// Closes with RST: what was sent and not read is lost.
  void reset();

  /// A datagram, answered or not: what came within `limit`. `reply` goes to where the last one came from.
  [[nodiscard]] std::optional<Bytes> receive(std::chrono::milliseconds limit);
  void reply(ByteView octets) const;

  /// One message with its length before it; nothing at the end of the stream or after `limit`.
  [[nodiscard]] std::optional<Bytes> read_message(std::chrono::milliseconds limit) const;
  /// True if the other side has closed within `limit`; reads what comes before.
  [[nodiscard]] bool is_closed_within(std::chrono::milliseconds limit) const;

 private:
  explicit PeerSocket(int fd) : fd_(fd) {}
  [[nodiscard]] bool wait_readable(std::chrono::milliseconds limit) const;
  [[nodiscard]] std::optional<Bytes> read_exactly(std::size_t size, std::chrono::steady_clock::time_point end) const;

  int fd_;
  Bytes last_sender_;  // a sockaddr_in
};

/// With its length before it.
[[nodiscard]] Bytes framed(ByteView message);

}  // namespace minidns::mdns::test
