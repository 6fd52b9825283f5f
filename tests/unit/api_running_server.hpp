#pragma once

#include "api/server.hpp"
#include "tests/unit/api_fakes.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <thread>

namespace minidns::api::test {

struct RunningServerOptions {
  std::size_t database_threads = 2;
  std::size_t database_queue = 16;
};

/// A server on a port that the system chose, with fake ports and one I/O thread: what blocks that one is seen at once.
class RunningServer {
 public:
  explicit RunningServer(ServerSettings settings = {}, RunningServerOptions options = {});
  ~RunningServer();
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  [[nodiscard]] FakePorts& fakes() { return fakes_; }
  void shutdown() { server_->shutdown(); }

  /// The value of a metric without labels, or the sum over all labels; 0 if there is none.
  [[nodiscard]] double metric(const std::string& name) const;
  /// Until the server has no connection; false after a deadline.
  [[nodiscard]] bool wait_until_empty() const;

 private:
  int log_fd_;
  Logger log_;
  Metrics metrics_;
  SystemClock clock_;
  FakePorts fakes_;
  WorkerPool database_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::unique_ptr<Server> server_;
  std::thread thread_;
};

}  // namespace minidns::api::test
