#include "tests/interop/mdns_socket.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace minidns::mdns::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void check(long result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in address_of(const std::string& text, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  check(inet_pton(AF_INET, text.c_str(), &address.sin_addr) - 1, "inet_pton");
  return address;
}

milliseconds left(steady_clock::time_point end) {
  return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(end - steady_clock::now()));
}

}  // namespace

PeerSocket PeerSocket::connect_tcp(const std::string& address, std::uint16_t port, int receive_buffer_octets,
                                   const std::string& from) {
  PeerSocket made(socket(AF_INET, SOCK_STREAM, 0));
  check(made.fd_, "socket");
  if (receive_buffer_octets > 0) {
    check(setsockopt(made.fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_octets, sizeof(receive_buffer_octets)),
          "SO_RCVBUF");
  }
  if (!from.empty()) {
    const auto own = address_of(from, 0);
    check(bind(made.fd_, reinterpret_cast<const sockaddr*>(&own), sizeof(own)), "bind");
  }
  const auto to = address_of(address, port);
  check(connect(made.fd_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)), "connect");
  return made;
}

PeerSocket PeerSocket::bind_udp(const std::string& address) {
  PeerSocket made(socket(AF_INET, SOCK_DGRAM, 0));
  check(made.fd_, "socket");
  const auto own = address_of(address, 0);
  check(bind(made.fd_, reinterpret_cast<const sockaddr*>(&own), sizeof(own)), "bind");
  return made;
}

PeerSocket::~PeerSocket() {
  if (fd_ >= 0) close(fd_);
}

PeerSocket::PeerSocket(PeerSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), last_sender_(std::move(other.last_sender_)) {}

std::uint16_t PeerSocket::port() const {
  sockaddr_in own{};
  socklen_t size = sizeof(own);
  check(getsockname(fd_, reinterpret_cast<sockaddr*>(&own), &size), "getsockname");
  return ntohs(own.sin_port);
}

void PeerSocket::send(ByteView octets) const {
  check(::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT), "send");
}

void PeerSocket::send_to(ByteView octets, const std::string& address, std::uint16_t port) const {
  const auto to = address_of(address, port);
  check(sendto(fd_, octets.data(), octets.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to)), "sendto");
}

void PeerSocket::shut_down_writing() const {
  check(shutdown(fd_, SHUT_WR), "shutdown");
}

void PeerSocket::reset() {
  const linger at_once{1, 0};
  check(setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), "SO_LINGER");
  close(std::exchange(fd_, -1));
}

bool PeerSocket::wait_readable(milliseconds limit) const {
  pollfd waiting{fd_, POLLIN, 0};
  return poll(&waiting, 1, static_cast<int>(limit.count())) > 0;
}

std::optional<Bytes> PeerSocket::receive(milliseconds limit) {
  if (!wait_readable(limit)) return std::nullopt;
  Bytes octets(65'535);
  last_sender_.resize(sizeof(sockaddr_in));
  socklen_t size = sizeof(sockaddr_in);
  const auto got =
      recvfrom(fd_, octets.data(), octets.size(), 0, reinterpret_cast<sockaddr*>(last_sender_.data()), &size);
  check(got, "recvfrom");
  octets.resize(static_cast<std::size_t>(got));
  return octets;
}

void PeerSocket::reply(ByteView octets) const {
  check(sendto(fd_, octets.data(), octets.size(), 0, reinterpret_cast<const sockaddr*>(last_sender_.data()),
               static_cast<socklen_t>(last_sender_.size())),
        "sendto");
}

std::optional<Bytes> PeerSocket::read_exactly(std::size_t size, steady_clock::time_point end) const {
  Bytes octets(size);
  std::size_t at = 0;
  while (at < size) {
    if (!wait_readable(left(end))) return std::nullopt;
    const auto got = recv(fd_, octets.data() + at, size - at, 0);
    if (got <= 0) return std::nullopt;
    at += static_cast<std::size_t>(got);
  }
  return octets;
}

std::optional<Bytes> PeerSocket::read_message(milliseconds limit) const {
  const auto end = steady_clock::now() + limit;
  const auto length = read_exactly(2, end);
  if (!length) return std::nullopt;
  return read_exactly(static_cast<std::size_t>((*length)[0] << 8 | (*length)[1]), end);
}

bool PeerSocket::is_closed_within(milliseconds limit) const {
  const auto end = steady_clock::now() + limit;
  Bytes octets(65'535);
  while (wait_readable(left(end))) {
    if (recv(fd_, octets.data(), octets.size(), 0) <= 0) return true;
  }
  return false;
}

Bytes framed(ByteView message) {
  Bytes out(2 + message.size());
  out[0] = static_cast<std::uint8_t>(message.size() >> 8U);
  out[1] = static_cast<std::uint8_t>(message.size());
  std::copy(message.begin(), message.end(), out.begin() + 2);
  return out;
}

}  // namespace minidns::mdns::test
