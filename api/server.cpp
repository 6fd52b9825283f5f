#include "api/server.hpp"

#include "api/connection.hpp"
#include "base/task_group.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

namespace minidns::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Connections that the kernel holds while the accept loop is busy.
constexpr int backlog = 256;
// If accepting fails (no file descriptors), trying again at once would only burn the CPU.
constexpr std::chrono::milliseconds accept_pause{100};
// What was cut ends at its next wait; only a port's call can take longer, and the database's deadlines bound that.
constexpr std::chrono::milliseconds cut_time{5'000};

tcp::acceptor listen(const asio::any_io_executor& io, const ServerSettings& settings) {
  try {
    const tcp::endpoint endpoint(asio::ip::make_address(settings.address), settings.port);
    tcp::acceptor acceptor(asio::make_strand(io));
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen(backlog);
    return acceptor;
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error("cannot listen for the API on " + settings.address + " port " +
                             std::to_string(settings.port) + ": " + error.code().message());
  }
}

void log_failure(const Logger& log, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    log.error("API connection failed unexpectedly", {{"reason", error.what()}});
  }
}

}  // namespace

struct Server::State {
  State(const asio::any_io_executor& io_executor, WorkerPool& database, const Ports& ports, const Clock& clock,
        const Logger& log, Metrics& metrics, const ServerSettings& settings)
      : io(io_executor),
        context(std::make_shared<ConnectionContext>(ports, database, clock, log, metrics, settings)),
        acceptor(listen(io, settings)),
        port(acceptor.local_endpoint().port()),
        tasks([&log](const std::exception_ptr& failure) { log_failure(log, failure); }) {}

  static asio::awaitable<void> accept_connections(std::shared_ptr<State> self);
  void admit(tcp::socket socket);

  const asio::any_io_executor io;
  const std::shared_ptr<ConnectionContext> context;
  tcp::acceptor acceptor;  // only on its strand
  const std::uint16_t port;
  TaskGroup tasks;
  std::atomic<bool> shut_down = false;
};

asio::awaitable<void> Server::State::accept_connections(std::shared_ptr<State> self) {
  while (!self->context->draining) {
    error_code error;
    tcp::socket socket = co_await self->acceptor.async_accept(asio::make_strand(self->io),
                                                              asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      self->admit(std::move(socket));
      continue;
    }
    if (error == asio::error::operation_aborted) {
      co_return;
    }
    self->context->log.warning("cannot accept API connections", {{"reason", error.message()}});
    asio::steady_timer timer(self->acceptor.get_executor(), accept_pause);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

void Server::State::admit(tcp::socket socket) {
  if (context->connection_count() >= context->settings.connections_max) {
    refuse_connection(socket, *context);
    return;
  }
  error_code error;  // only makes small answers slower
  socket.set_option(tcp::no_delay(true), error);
  const auto executor = socket.get_executor();
  auto connection = std::make_shared<Connection>(std::move(socket), context);
  // Refused only while shutting down; the connection is closed with its last owner.
  (void)tasks.spawn(executor, Connection::serve(std::move(connection)));
}

Server::Server(const asio::any_io_executor& io, WorkerPool& database, const Ports& ports, const Clock& clock,
               const Logger& log, Metrics& metrics, const ServerSettings& settings)
    : state_(std::make_shared<State>(io, database, ports, clock, log, metrics, settings)) {
  state_->tasks.spawn(state_->acceptor.get_executor(), State::accept_connections(state_));
}

Server::~Server() {
  shutdown();
}

std::uint16_t Server::port() const {
  return state_->port;
}

void Server::shutdown() {
  if (state_->shut_down.exchange(true)) {
    return;
  }
  const Logger& log = state_->context->log;
  state_->tasks.close();
  state_->context->drain();
  asio::post(state_->acceptor.get_executor(), [state = state_] {
    error_code ignored;  // it is gone either way
    state->acceptor.close(ignored);
  });
  if (state_->tasks.wait_idle(state_->context->settings.shutdown_time)) {
    return;
  }
  log.warning("API requests are cut: they took too long to finish", {{"connections", state_->tasks.size()}});
  state_->tasks.cancel();
  if (!state_->tasks.wait_idle(cut_time)) {
    log.warning("API requests still wait for the database", {{"connections", state_->tasks.size()}});
  }
}

}  // namespace minidns::api
