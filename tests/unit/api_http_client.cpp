#include "tests/unit/api_http_client.hpp"

#include "tests/unit/api_fakes.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace minidns::api::test {
namespace {

constexpr int patience_s = 10;

std::string common_fields() {
  return std::string("Host: localhost\r\nX-Auth-Token: ") + FakePorts::member_token + "\r\n";
}

}  // namespace

RawClient::RawClient(std::uint16_t port, int receive_buffer_octets)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{patience_s, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  if (receive_buffer_octets > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_octets, sizeof(receive_buffer_octets));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    ::close(fd_);
    throw std::runtime_error("cannot connect");
  }
}

RawClient::~RawClient() {
  ::close(fd_);
}

bool RawClient::send(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool RawClient::get(const std::string& target, const std::string& fields) {
  return send("GET " + target + " HTTP/1.1\r\n" + common_fields() + fields + "\r\n");
}

bool RawClient::post(const std::string& target, const std::string& body, const std::string& fields) {
  return send("POST " + target + " HTTP/1.1\r\n" + common_fields() +
              "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + fields +
              "\r\n" + body);
}

RawResponse RawClient::receive(bool to_head) {
  RawResponse response;
  do {
    const std::string status_line = receive_line();
    if (status_line.size() < 12) {
      return {};
    }
    response.status = std::stoi(status_line.substr(9, 3));
    for (std::string line = receive_line(); !line.empty(); line = receive_line()) {
      const std::size_t colon = std::min(line.find(':'), line.size());
      std::string name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      response.fields[name] = line.substr(std::min(colon + 2, line.size()));
    }
  } while (response.status / 100 == 1);
  const auto length = response.fields.find("content-length");
  if (to_head || length == response.fields.end()) {
    return response;
  }
  const std::size_t size = std::stoul(length->second);
  while (received_.size() < size) {
    if (!fill()) {
      return {};
    }
  }
  response.body = received_.substr(0, size);
  received_.erase(0, size);
  return response;
}

std::string RawClient::receive_line() {
  std::size_t end = received_.find("\r\n");
  while (end == std::string::npos) {
    if (!fill()) {
      return {};
    }
    end = received_.find("\r\n");
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 2);
  return line;
}

bool RawClient::is_closed() {
  if (!received_.empty()) {
    return false;
  }
  char octet = 0;
  return ::recv(fd_, &octet, 1, 0) == 0;
}

void RawClient::shut_down_sending() {
  ::shutdown(fd_, SHUT_WR);
}

bool RawClient::fill() {
  std::array<char, 65536> octets;
  const ssize_t size = ::recv(fd_, octets.data(), octets.size(), 0);
  if (size <= 0) {
    return false;
  }
  received_.append(octets.data(), static_cast<std::size_t>(size));
  return true;
}

}  // namespace minidns::api::test
