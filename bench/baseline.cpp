#include "bench/baseline.hpp"

#include "base/bytes.hpp"
#include "bench/measure.hpp"
#include "tsig/hmac.hpp"
#include "tsig/key.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <limits>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace minidns::bench {

namespace {

constexpr std::size_t write_octets = 256 * 1024;

class File {
 public:
  explicit File(int fd) : fd_(fd) {
    if (fd < 0) throw std::runtime_error("no socket");
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

sockaddr* as_address(sockaddr_in& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

void read_to_end(int fd) {
  std::vector<std::uint8_t> buffer(1 << 20);  // as the client of the transfers does
  while (::recv(fd, buffer.data(), buffer.size(), 0) > 0) {
  }
}

void write_all(int fd, ByteView octets) {
  while (!octets.empty()) {
    const auto written = ::send(fd, octets.data(), std::min(octets.size(), write_octets), 0);
    if (written < 0) throw std::runtime_error("send");
    octets = octets.subspan(static_cast<std::size_t>(written));
  }
}

double write_seconds(ByteView octets) {
  const File listener(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const File client(::socket(AF_INET, SOCK_STREAM, 0));
  if (::bind(listener.get(), as_address(address), size) != 0 || ::listen(listener.get(), 1) != 0 ||
      ::getsockname(listener.get(), as_address(address), &size) != 0 ||
      ::connect(client.get(), as_address(address), size) != 0) {
    throw std::runtime_error("no connection on loopback");
  }
  const File server(::accept(listener.get(), nullptr, nullptr));
  std::jthread reader([&] { read_to_end(client.get()); });
  const double before = thread_cpu_seconds();
  write_all(server.get(), octets);
  const double used = thread_cpu_seconds() - before;
  ::shutdown(server.get(), SHUT_WR);
  return used;
}

double hmac_seconds(ByteView octets, std::size_t message_octets) {
  const tsig::Hmac keyed(tsig::Algorithm::hmac_sha256, Secret(Bytes(32, 1)));
  auto computation = keyed.begin();
  Bytes mac(32);
  const double before = thread_cpu_seconds();
  while (!octets.empty()) {
    const auto message = octets.first(std::min(message_octets, octets.size()));
    computation.add(message);
    computation.finish_into(mac);
    computation.restart();
    octets = octets.subspan(message.size());
  }
  return thread_cpu_seconds() - before;
}

}  // namespace

Baseline measure_baseline(std::size_t octets, std::size_t message_octets, int rounds) {
  const Bytes memory(octets, 0x5a);
  Baseline least{std::numeric_limits<double>::max(), std::numeric_limits<double>::max()};
  for (int round = 0; round < rounds; ++round) {
    least.write = std::min(least.write, write_seconds(memory));
    least.hmac = std::min(least.hmac, hmac_seconds(memory, message_octets));
  }
  return least;
}

}  // namespace minidns::bench
