#include "base/ops_server.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace minidns {
namespace {

class Socket {
 public:
  Socket() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) { EXPECT_GE(fd_, 0); }
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// The whole answer, head and body; the server closes the connection at its end.
std::string get(std::uint16_t port, const std::string& target) {
  const Socket socket;
  const timeval limit{.tv_sec = 10, .tv_usec = 0};
  EXPECT_EQ(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return "no connection";
  }
  const std::string request = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL), static_cast<ssize_t>(request.size()));
  std::string answer;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::recv(socket.get(), buffer.data(), buffer.size(), 0)) > 0;) {
    answer.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return answer;
}

TEST(OpsServer, ServesMetricsAndHealth) {
  Metrics metrics;
  metrics.counter("minidns_test_total", "Test.").increment();
  std::atomic<bool> ready = false;
  const OpsServer server("127.0.0.1", 0, metrics, [&] {
    return ready ? Readiness{true, ""} : Readiness{false, "database=down\nreason"};
  });

  const std::string metrics_answer = get(server.port(), "/metrics");
  EXPECT_TRUE(metrics_answer.starts_with("HTTP/1.1 200 ")) << metrics_answer;
  EXPECT_NE(metrics_answer.find("\nminidns_test_total 1"), std::string::npos) << metrics_answer;

  EXPECT_TRUE(get(server.port(), "/live").starts_with("HTTP/1.1 200 "));

  const std::string not_ready = get(server.port(), "/ready");
  EXPECT_TRUE(not_ready.starts_with("HTTP/1.1 503 ")) << not_ready;
  EXPECT_TRUE(not_ready.ends_with("\r\n\r\nnot ready database=down reason\n")) << not_ready;
  ready = true;
  EXPECT_TRUE(get(server.port(), "/ready").starts_with("HTTP/1.1 200 "));
}

TEST(OpsServer, KnowsNoOtherPaths) {
  const Metrics metrics;
  const OpsServer server("127.0.0.1", 0, metrics, [] { return Readiness{true, ""}; });
  for (const std::string path : {"/", "/metrics/x", "/live/../../etc/passwd", "/etc/passwd", "/ready2"}) {
    EXPECT_TRUE(get(server.port(), path).starts_with("HTTP/1.1 404 ")) << path;
  }
}

TEST(OpsServer, AnExceptionOfTheReadinessCheckIsAnAnswer) {
  const Metrics metrics;
  const OpsServer server("127.0.0.1", 0, metrics, []() -> Readiness { throw std::runtime_error("broken"); });
  EXPECT_TRUE(get(server.port(), "/ready").starts_with("HTTP/1.1 500 "));
  EXPECT_TRUE(get(server.port(), "/live").starts_with("HTTP/1.1 200 "));
}

TEST(OpsServer, SaysWhereItCannotListen) {
  const Metrics metrics;
  const auto readiness = [] { return Readiness{true, ""}; };
  const OpsServer first("127.0.0.1", 0, metrics, readiness);
  try {
    const OpsServer second("127.0.0.1", first.port(), metrics, readiness);
    FAIL() << "two servers on one port";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("127.0.0.1:" + std::to_string(first.port())), std::string::npos);
  }
}

}  // namespace
}  // namespace minidns
