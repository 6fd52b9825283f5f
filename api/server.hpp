#pragma once

#include "api/ports.hpp"
#include "api/settings.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/worker_pool.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>

namespace minidns::api {

/// The REST API over HTTP/1.1 (RFC 9112). Connections are coroutines on the I/O executor, each on its own strand; what
/// needs a port is done on the database worker pool, so an I/O thread never waits for the database.
///
/// At the end, in this order: `shutdown`, the worker pool and the I/O threads are stopped, then the ports, the logger
/// and the metrics may go.
class Server {
 public:
  /// Listens at once. Throws std::runtime_error if it can't, or if `settings.address` is no IP address. The referred
  /// things must live until the executor's threads have stopped.
  Server(const boost::asio::any_io_executor& io, WorkerPool& database, const Ports& ports, const Clock& clock,
         const Logger& log, Metrics& metrics, const ServerSettings& settings);
  /// `shutdown`, if that wasn't called.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The port it listens on.
  [[nodiscard]] std::uint16_t port() const;

  /// Takes no more connections, closes idle ones, lets requests in flight finish, cuts what is left after
  /// `settings.shutdown_time`. Blocks; not for an I/O thread. Idempotent.
  void shutdown();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace minidns::api
