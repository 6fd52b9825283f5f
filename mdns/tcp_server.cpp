#include "mdns/tcp_server.hpp"

#include "base/deadline.hpp"
#include "mdns/tcp_connection.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unordered_map>
#include <utility>

namespace minidns::mdns {
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// After a failed accept (no file descriptors left): enough for others to end, too short to be noticed.
constexpr std::chrono::milliseconds accept_pause{100};

/// What the kernel keeps of a connection's octets that aren't sent yet: without this bound the buffer of each transfer
/// to a peer that doesn't read grows to megabytes (net.ipv4.tcp_wmem), which no count of our own memory shows. What is
/// on its way to the peer isn't in it, so a long path is as fast as without.
constexpr int unsent_octets_max = 512 * 1024;

/// Both only make things better: a system that refuses is no reason not to serve.
void set_options(tcp::socket& socket) {
  boost::system::error_code ignored;
  // Answers are whole messages: waiting for more to send gains nothing.
  socket.set_option(tcp::no_delay(true), ignored);
  (void)::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_octets_max,
                     sizeof unsent_octets_max);
}

tcp::acceptor listen_on(asio::io_context& io, const tcp::endpoint& address) {
  tcp::acceptor acceptor(asio::make_strand(io));
  acceptor.open(address.protocol());
  acceptor.set_option(tcp::acceptor::reuse_address(true));  // our own old connections in TIME_WAIT
  if (address.address().is_v6()) {
    acceptor.set_option(asio::ip::v6_only(true));
  }
  acceptor.bind(address);
  acceptor.listen();
  return acceptor;
}

}  // namespace

struct TcpServer::State : std::enable_shared_from_this<TcpServer::State> {
  State(asio::io_context& context_of_io, const tcp::endpoint& address, const TcpContext& shared, ConnectionLimits& l)
      : io(context_of_io), acceptor(listen_on(io, address)), context(shared), limits(l) {}

  [[nodiscard]] asio::awaitable<void> accept_all(TaskGroup& tasks);
  void accepted(tcp::socket socket, TaskGroup& tasks);
  void forget(const TcpConnection* connection);

  asio::io_context& io;
  tcp::acceptor acceptor;
  const TcpContext context;
  ConnectionLimits& limits;

  std::mutex mutex;  // guards what follows
  std::unordered_map<const TcpConnection*, std::weak_ptr<TcpConnection>> connections;
  bool draining = false;
};

namespace {

struct AtEnd {
  std::function<void()> action;
  ~AtEnd() { action(); }
};

/// `at_end` keeps alive what the connection refers to: parameters go in reverse order.
asio::awaitable<void> run_connection(std::function<void()> at_end, std::shared_ptr<TcpConnection> connection) {
  const AtEnd guard{at_end};
  co_await connection->run();
}

template <class State>
asio::awaitable<void> run_acceptor(std::shared_ptr<State> state, TaskGroup* tasks) {
  co_await state->accept_all(*tasks);
}

}  // namespace

TcpServer::TcpServer(asio::io_context& io, const tcp::endpoint& address, const TcpContext& context,
                     ConnectionLimits& limits)
    : state_(std::make_shared<State>(io, address, context, limits)) {}

TcpServer::~TcpServer() = default;

void TcpServer::start(TaskGroup& tasks) {
  if (!tasks.spawn(state_->acceptor.get_executor(), run_acceptor(state_, &tasks))) {
    state_->context.log.debug("not listening: shutting down");
  }
}

void TcpServer::drain() {
  asio::post(state_->acceptor.get_executor(), [state = state_] {
    boost::system::error_code ignored;  // it's closed either way
    state->acceptor.close(ignored);
  });
  const std::lock_guard lock(state_->mutex);
  state_->draining = true;
  for (const auto& [address, connection] : state_->connections) {
    if (const auto alive = connection.lock()) {
      alive->drain();
    }
  }
}

asio::awaitable<void> TcpServer::State::accept_all(TaskGroup& tasks) {
  while (acceptor.is_open()) {
    tcp::socket socket(asio::make_strand(io));
    boost::system::error_code error;
    co_await acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      accepted(std::move(socket), tasks);
    } else if (error == asio::error::operation_aborted || error == asio::error::bad_descriptor) {
      co_return;
    } else {
      context.log.warning("connection not accepted", {{"reason", error.message()}});
      asio::steady_timer pause(acceptor.get_executor(), accept_pause);
      co_await pause.async_wait(asio::use_awaitable);
    }
  }
}

void TcpServer::State::accepted(tcp::socket socket, TaskGroup& tasks) {
  boost::system::error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) {
    return;  // gone already
  }
  const auto peer = plain(remote.address());
  auto slot = limits.take(peer);
  if (!slot) {
    context.connection_metrics.refused_limit.increment();
    context.log.debug("connection refused: too many", {{"peer", peer.to_string()}});
    return;
  }
  context.connection_metrics.accepted.increment();
  set_options(socket);
  const auto connection =
      std::make_shared<TcpConnection>(context.make_stream(std::move(socket)), peer, *std::move(slot), context);
  {
    const std::lock_guard lock(mutex);
    if (draining) {
      return;
    }
    connections.emplace(connection.get(), connection);
  }
  connection->allow_eviction();
  auto at_end = [self = shared_from_this(), key = connection.get()] { self->forget(key); };
  if (!tasks.spawn(connection->executor(), run_connection(at_end, connection))) {
    forget(connection.get());
  }
}

void TcpServer::State::forget(const TcpConnection* connection) {
  const std::lock_guard lock(mutex);
  connections.erase(connection);
}

}  // namespace minidns::mdns
