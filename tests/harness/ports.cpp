#include "tests/harness/ports.hpp"

#include "base/random.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <filesystem>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace minidns::harness {

namespace {

// Below the kernel's ephemeral range (32768…), so that no outgoing connection takes one between our look and its use.
constexpr std::uint16_t first_port = 27'000;
constexpr std::uint16_t last_port = 32'700;
constexpr int attempts_max = 2000;

bool can_bind(int type, std::uint32_t address, std::uint16_t port) {
  const int fd = ::socket(AF_INET, type, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(port);
  name.sin_addr.s_addr = htonl(address);
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const bool bound = ::bind(fd, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
  ::close(fd);
  return bound;
}

/// The lock lives as long as this process: its descriptor is never closed, and not inherited.
bool reserve(std::uint16_t port) {
  const auto folder = std::filesystem::temp_directory_path() / "minidns-test-ports";
  std::filesystem::create_directories(folder);
  const int fd = ::open((folder / std::to_string(port)).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) return false;
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
  ::close(fd);
  return false;
}

bool is_free(std::uint16_t port) {
  for (std::uint32_t host = 1; host <= 4; ++host) {
    const std::uint32_t address = 0x7f00'0000 + host;
    if (!can_bind(SOCK_STREAM, address, port) || !can_bind(SOCK_DGRAM, address, port)) return false;
  }
  return true;
}

}  // namespace

std::uint16_t free_port() {
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    const auto port = static_cast<std::uint16_t>(first_port + random_u64() % (last_port - first_port));
    if (reserve(port) && is_free(port)) return port;
  }
  throw std::runtime_error("no free port");
}

}  // namespace minidns::harness
