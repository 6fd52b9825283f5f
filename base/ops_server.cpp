#include "base/ops_server.hpp"

#include <CivetServer.h>
#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace minidns {
namespace {

// One for a scrape, one for the health check: a slow scrape must not look like a dead program.
constexpr const char* threads = "2";
// Of a whole request; a stuck client frees its thread after it.
constexpr const char* request_timeout_ms = "5000";

std::string listening_port(const std::string& address, std::uint16_t port) {
  const bool ipv6 = address.find(':') != std::string::npos;
  const std::string host = ipv6 ? "[" + address + "]" : address;
  return host + ":" + std::to_string(port);
}

/// A detail may quote an error message of several lines; a health check's answer is one.
std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return text;
}

struct Answer {
  int status;
  std::string_view reason;
  std::string_view content_type;
  std::string body;
};

void send(mg_connection* connection, const Answer& answer) {
  std::string message = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  message.append(answer.reason).append("\r\nContent-Type: ").append(answer.content_type);
  message.append("\r\nContent-Length: ").append(std::to_string(answer.body.size()));
  message.append("\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n").append(answer.body);
  // A client that went away is its own affair.
  (void)mg_write(connection, message.data(), message.size());
}

class Handler final : public CivetHandler {
 public:
  Handler(const Metrics& metrics, std::function<Readiness()> readiness)
      : metrics_(metrics), readiness_(std::move(readiness)) {}

  bool handleGet(CivetServer* /*server*/, mg_connection* connection) override {
    send(connection, answer_for(mg_get_request_info(connection)->local_uri));
    return true;
  }

 private:
  /// Exceptions must not unwind through CivetWeb, which is C.
  [[nodiscard]] Answer answer_for(const char* uri) const noexcept {
    try {
      return route(uri == nullptr ? std::string_view() : std::string_view(uri));
    } catch (const std::exception& error) {
      return {500, "Internal Server Error", "text/plain", std::string(error.what()) + "\n"};
    }
  }

  [[nodiscard]] Answer route(std::string_view uri) const {
    if (uri == "/metrics") {
      return {200, "OK", "text/plain; version=0.0.4; charset=utf-8", metrics_.render()};
    }
    if (uri == "/live") {
      return {200, "OK", "text/plain", "ok\n"};
    }
    if (uri == "/ready") {
      return ready();
    }
    return {404, "Not Found", "text/plain", "known: /metrics /live /ready\n"};
  }

  [[nodiscard]] Answer ready() const {
    const Readiness state = readiness_();
    const std::string detail = state.detail.empty() ? "" : " " + one_line(state.detail);
    if (state.ready) {
      return {200, "OK", "text/plain", "ok" + detail + "\n"};
    }
    return {503, "Service Unavailable", "text/plain", "not ready" + detail + "\n"};
  }

  const Metrics& metrics_;
  const std::function<Readiness()> readiness_;
};

std::vector<std::string> options_for(const std::string& listen) {
  return {"listening_ports", listen, "num_threads", threads, "request_timeout_ms", request_timeout_ms};
}

}  // namespace

struct OpsServer::State {
  State(const std::string& listen, const Metrics& metrics, std::function<Readiness()> readiness)
      : handler(metrics, std::move(readiness)), server(options_for(listen)) {
    server.addHandler("**", handler);
  }

  Handler handler;  // outlives the server's threads
  CivetServer server;
};

OpsServer::OpsServer(const std::string& address, std::uint16_t port, const Metrics& metrics,
                     std::function<Readiness()> readiness) {
  const std::string listen = listening_port(address, port);
  try {
    state_ = std::make_unique<State>(listen, metrics, std::move(readiness));
  } catch (const CivetException&) {
    throw std::runtime_error("cannot listen for operators on " + listen + ": in use, or not an address of this host");
  }
}

OpsServer::~OpsServer() = default;

std::uint16_t OpsServer::port() const {
  return static_cast<std::uint16_t>(state_->server.getListeningPorts().at(0));
}

}  // namespace minidns
