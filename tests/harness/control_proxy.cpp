#include "tests/harness/control_proxy.hpp"

#include "tests/harness/ports.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <optional>
#include <sys/socket.h>
#include <sys/time.h>
#include <thread>

namespace minidns::harness {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

asio::ip::address loopback() {
  return asio::ip::make_address("127.0.0.1");
}

}  // namespace

struct ControlProxy::State {
  explicit State(std::uint16_t to)
      : target(loopback(), to),
        port(free_port()),
        acceptor(io, tcp::endpoint(loopback(), port)),
        datagrams(io, asio::ip::udp::endpoint(loopback(), port)) {}

  using Socket = std::shared_ptr<tcp::socket>;

  asio::awaitable<void> serve() {
    while (true) {
      error_code error;
      auto client = std::make_shared<tcp::socket>(io);
      co_await acceptor.async_accept(*client, asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      ++connections;
      asio::co_spawn(io, connect(client), asio::detached);
    }
  }

  asio::awaitable<void> connect(Socket client) {
    auto server = std::make_shared<tcp::socket>(io);
    error_code error;
    co_await server->async_connect(target, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return;
    asio::co_spawn(io, pass(client, server, true), asio::detached);
    asio::co_spawn(io, pass(server, client, false), asio::detached);
  }

  asio::awaitable<void> pass(Socket from, Socket to, bool is_client) {
    std::array<char, 65536> piece;
    asio::steady_timer timer(io);
    error_code error;
    while (!error) {
      const std::size_t size =
          co_await from->async_read_some(asio::buffer(piece), asio::redirect_error(asio::use_awaitable, error));
      const bool is_dropped = error || (is_client && swallows);
      if (!is_dropped) {
        timer.expires_after(std::chrono::milliseconds(is_client ? delay_ms.load() : 0));
        co_await timer.async_wait(asio::use_awaitable);
        co_await asio::async_write(*to, asio::buffer(piece, size), asio::redirect_error(asio::use_awaitable, error));
      }
    }
    error_code ignored;  // the other side may have gone first
    to->shutdown(tcp::socket::shutdown_both, ignored);
  }

  asio::io_context io;
  const tcp::endpoint target;
  const std::uint16_t port;
  tcp::acceptor acceptor;
  asio::ip::udp::socket datagrams;  ///< never read
  std::atomic<int> delay_ms = 0;
  std::atomic<bool> swallows = false;
  std::atomic<std::size_t> connections = 0;
  std::thread thread;
};

ControlProxy::ControlProxy(std::uint16_t target) : state_(std::make_unique<State>(target)) {
  asio::co_spawn(state_->io, state_->serve(), asio::detached);
  state_->thread = std::thread([this] { state_->io.run(); });
}

ControlProxy::~ControlProxy() {
  state_->io.stop();
  state_->thread.join();
}

std::uint16_t ControlProxy::port() const {
  return state_->port;
}

void ControlProxy::delay(std::chrono::milliseconds time) {
  state_->delay_ms = static_cast<int>(time.count());
}

void ControlProxy::swallow(bool on) {
  state_->swallows = on;
}

std::size_t ControlProxy::connections() const {
  return state_->connections;
}

struct LyingApi::State {
  using Request = http::request<http::string_body>;
  using Response = http::response<http::string_body>;

  explicit State(std::uint16_t to)
      : target(loopback(), to), port(free_port()), acceptor(io, tcp::endpoint(loopback(), port)) {}

  /// One connection after the other, one request on each, as PowerDNS does.
  void serve() {
    while (true) {
      error_code error;
      tcp::socket client(io);
      acceptor.accept(client, error);
      if (stopping || error) return;
      const timeval limit{.tv_sec = 10, .tv_usec = 0};  // for a client that says nothing
      ::setsockopt(client.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
      boost::beast::flat_buffer buffer;
      Request request;
      http::read(client, buffer, request, error);
      if (!error) answer(client, request);
    }
  }

  void answer(tcp::socket& client, const Request& request) {
    error_code error;
    auto response = lie_to(request);
    if (!response) response = pass_on(request, error);
    if (error) return;  // hangs up, as the API itself would
    response->keep_alive(false);
    response->prepare_payload();
    http::write(client, *response, error);
  }

  std::optional<Response> lie_to(const Request& request) {
    const std::string_view target_text(request.target().data(), request.target().size());
    const bool is_zone =
        target_text.find("/zones") != std::string_view::npos && !target_text.ends_with("/axfr-retrieve");
    if (!lying || !is_zone || request.method() == http::verb::get) return std::nullopt;
    ++lies;
    Response response(request.method() == http::verb::post ? http::status::created : http::status::no_content, 11);
    if (request.method() == http::verb::post) response.body() = "{}";
    return response;
  }

  Response pass_on(const Request& request, error_code& error) {
    tcp::socket server(io);
    Response response;
    server.connect(target, error);
    if (!error) http::write(server, request, error);
    boost::beast::flat_buffer buffer;
    if (!error) http::read(server, buffer, response, error);
    return response;
  }

  asio::io_context io;
  const tcp::endpoint target;
  const std::uint16_t port;
  tcp::acceptor acceptor;
  std::atomic<bool> lying = false, stopping = false;
  std::atomic<std::size_t> lies = 0;
  std::thread thread;
};

LyingApi::LyingApi(std::uint16_t target) : state_(std::make_unique<State>(target)) {
  state_->thread = std::thread([this] { state_->serve(); });
}

LyingApi::~LyingApi() {
  state_->stopping = true;
  tcp::socket last(state_->io);
  error_code ignored;  // it wakes accept, or nobody accepts any more
  last.connect(state_->acceptor.local_endpoint(), ignored);
  state_->thread.join();
}

std::string LyingApi::url() const {
  return "http://127.0.0.1:" + std::to_string(state_->port);
}

void LyingApi::lie(bool on) {
  state_->lying = on;
}

std::size_t LyingApi::lies() const {
  return state_->lies;
}

}  // namespace minidns::harness
