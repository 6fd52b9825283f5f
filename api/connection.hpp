#pragma once

#include "api/http_metrics.hpp"
#include "api/service.hpp"
#include "api/settings.hpp"
#include "api/waiting_request.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/worker_pool.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_set>

namespace minidns::api {

class Connection;

/// What all connections of a server share.
struct ConnectionContext {
  ConnectionContext(const Ports& ports, WorkerPool& db, const Clock& c, const Logger& l, Metrics& m,
                    const ServerSettings& s);

  const ServerSettings settings;
  const Service service;
  const HttpMetrics metrics;
  VersionWaits& waits;
  WorkerPool& database;
  const Clock& clock;
  const Logger& log;
  std::atomic<bool> draining = false;  ///< no request is begun any more

  /// Closes the idle connections; the others close after the request that they are at.
  void drain();
  [[nodiscard]] std::size_t connection_count() const;

 private:
  friend class Connection;
  mutable std::mutex mutex_;
  std::unordered_set<Connection*> connections_;  // guarded by mutex_; each leaves it in its destructor
};

/// One client's connection, a coroutine on the socket's strand:
///
///     idle ──octets──▶ reading ──request──▶ answering ──keep-alive──▶ idle
///      │ idle_time        │ header_time,        │ close, drain,
///      ▼ or drain         ▼ body_time, bad      ▼ bad request
///    closed          answer 4xx ──────────▶ lingering ──▶ closed
///
/// A request that waits for a version does so between two jobs on the database pool, and holds none of its threads.
/// Requests that arrive pipelined wait in the buffer (or the socket) and are answered one after the other.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  /// The socket's executor must be a strand.
  Connection(boost::asio::ip::tcp::socket socket, std::shared_ptr<ConnectionContext> context);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Until the connection is closed. Throws only if it is cancelled.
  static boost::asio::awaitable<void> serve(std::shared_ptr<Connection> self);

  /// On any thread: closes it if it is idle.
  void drain();

 private:
  class Session;
  boost::asio::ip::tcp::socket socket_;
  const std::shared_ptr<ConnectionContext> context_;
  bool idle_ = false;                        // only on the strand
  std::shared_ptr<WaitingRequest> waiting_;  // likewise; null: the request at hand doesn't wait for a version
};

/// Answers 503 on a connection that is one too many, as far as that goes without waiting.
void refuse_connection(boost::asio::ip::tcp::socket& socket, const ConnectionContext& context);

}  // namespace minidns::api
