#include "tests/harness/dns_probe.hpp"

#include "tests/harness/process.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <span>
#include <sstream>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace minidns::harness {

namespace {

constexpr std::size_t header_octets = 12;

std::vector<std::uint8_t> soa_question(std::uint16_t id, const std::string& zone) {
  std::vector<std::uint8_t> out{
      static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id), 0, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  std::istringstream labels(zone);
  for (std::string label; std::getline(labels, label, '.');) {
    out.push_back(static_cast<std::uint8_t>(label.size()));
    out.insert(out.end(), label.begin(), label.end());
  }
  for (const int octet : {0, 0, 6, 0, 1}) out.push_back(static_cast<std::uint8_t>(octet));
  return out;
}

std::size_t skip_name(std::span<const std::uint8_t> message, std::size_t at) {
  while (at < message.size() && message[at] != 0) {
    if ((message[at] & 0xc0) == 0xc0) return at + 2;
    at += message[at] + 1U;
  }
  return at + 1;
}

std::optional<std::uint32_t> serial_in(std::span<const std::uint8_t> message, std::size_t question_octets) {
  const bool has_answer = message.size() > 8 && (message[6] != 0 || message[7] != 0);
  if (!has_answer) return std::nullopt;
  const auto fixed = skip_name(message, question_octets);
  if (fixed + 10 > message.size()) return std::nullopt;
  const bool soa = message[fixed] == 0 && message[fixed + 1] == 6;
  const std::size_t size = static_cast<std::size_t>(message[fixed + 8]) << 8 | message[fixed + 9];
  const auto end = fixed + 10 + size;
  if (!soa || size < 22 || end > message.size()) return std::nullopt;
  std::uint32_t serial = 0;
  for (std::size_t i = end - 20; i < end - 16; ++i) serial = serial << 8 | message[i];
  return serial;
}

}  // namespace

SoaAsker::SoaAsker(const std::string& address, std::uint16_t port) : fd_(::socket(AF_INET, SOCK_DGRAM, 0)) {
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_port = htons(port);
  if (fd_ < 0 || ::inet_pton(AF_INET, address.c_str(), &peer.sin_addr) != 1 ||
      ::connect(fd_, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) != 0) {
    throw std::system_error(errno, std::generic_category(), "UDP to " + address);
  }
}

SoaAsker::~SoaAsker() {
  ::close(fd_);
}

std::optional<SoaAnswer> SoaAsker::ask(const std::string& zone, std::chrono::milliseconds limit) {
  const auto question = soa_question(++id_, zone);
  if (::send(fd_, question.data(), question.size(), 0) < 0) return std::nullopt;
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    pollfd waited{fd_, POLLIN, 0};
    if (left < 0 || ::poll(&waited, 1, static_cast<int>(left)) <= 0) return std::nullopt;
    std::array<std::uint8_t, 4096> buffer{};
    const auto size = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (size < 0) return std::nullopt;  // nobody listens there
    const std::span<const std::uint8_t> message(buffer.data(), static_cast<std::size_t>(size));
    if (message.size() < header_octets || message[0] != question[0] || message[1] != question[1]) continue;
    return SoaAnswer{message[3] & 0x0f, (message[2] & 0x04) != 0, serial_in(message, question.size())};
  }
}

std::vector<std::string> dig(const std::string& address, std::uint16_t port, const std::vector<std::string>& question) {
  std::vector<std::string> command{"dig",      "@" + address, "-p",         std::to_string(port),
                                   "+noall",   "+answer",     "+norecurse", "+time=2",
                                   "+tries=2", "+nottlunits", "+nosplit",   "+onesoa"};
  command.insert(command.end(), question.begin(), question.end());
  std::istringstream out(run(command).out);
  std::vector<std::string> lines;
  for (std::string line; std::getline(out, line);) {
    if (!line.empty() && line.front() != ';') lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace minidns::harness
