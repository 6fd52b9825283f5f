#pragma once

#include "base/bytes.hpp"

#include <boost/asio/ip/udp.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/socket.h>
#include <sys/uio.h>
#include <vector>

namespace minidns::mdns {

/// Many datagrams read by one system call, and their answers sent by one: at the rates of a storm the system's calls
/// cost more than the answers. For one thread at a time.
class DatagramBatch {
 public:
  /// Read in one go before others get their turn on the thread.
  static constexpr std::size_t datagrams_max = 64;
  /// A longer request by UDP is none that we serve: one with TSIG has less than 2 KB.
  static constexpr std::size_t request_octets_max = 4096;

  /// `answer_octets_max`: the largest answer.
  explicit DatagramBatch(std::size_t answer_octets_max);
  DatagramBatch(const DatagramBatch&) = delete;
  DatagramBatch& operator=(const DatagramBatch&) = delete;

  /// What has come to the (non-blocking) socket; 0 if nothing. Forgets what was there before.
  std::size_t receive(int socket);
  /// The `i`-th of them; empty if it was too long.
  [[nodiscard]] ByteView request(std::size_t i) const;
  [[nodiscard]] const boost::asio::ip::udp::endpoint& from(std::size_t i) const { return from_[i]; }

  /// Where the next answer may be written, `answer_octets_max` octets. There is room for one to every request.
  [[nodiscard]] std::span<std::uint8_t> room();
  /// It was, with `octets` octets, and goes to the sender of request `i`.
  void add_answer(std::size_t octets, std::size_t i);
  /// Sends all answers. What the socket can't take at once is lost, as anything may be on UDP. Returns how many.
  std::size_t send(int socket);

 private:
  [[nodiscard]] std::span<std::uint8_t> request_room(std::size_t i);

  const std::size_t answer_octets_max_;
  std::size_t answers_ = 0;
  std::vector<std::uint8_t> requests_;
  std::vector<std::uint8_t> room_;
  std::array<boost::asio::ip::udp::endpoint, datagrams_max> from_;
  std::array<iovec, datagrams_max> request_parts_{};
  std::array<iovec, datagrams_max> answer_parts_{};
  std::array<mmsghdr, datagrams_max> received_{};
  std::array<mmsghdr, datagrams_max> to_send_{};
};

}  // namespace minidns::mdns
