#include "tests/unit/api_running_server.hpp"

#include "tests/harness/wait.hpp"

#include <fcntl.h>
#include <sstream>
#include <unistd.h>

namespace minidns::api::test {

RunningServer::RunningServer(ServerSettings settings, RunningServerOptions options)
    : log_fd_(::open("/dev/null", O_WRONLY | O_CLOEXEC)),
      log_("test", LogLevel::debug, log_fd_),
      database_("database", options.database_threads, options.database_queue) {
  settings.port = 0;
  server_ = std::make_unique<Server>(io_.get_executor(), database_, fakes_.ports(), clock_, log_, metrics_, settings);
  thread_ = std::thread([this] { io_.run(); });
}

RunningServer::~RunningServer() {
  server_->shutdown();
  database_.stop();
  work_.reset();
  io_.stop();
  thread_.join();
  server_.reset();
  ::close(log_fd_);
}

double RunningServer::metric(const std::string& name) const {
  std::istringstream lines(metrics_.render());
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " ") || line.starts_with(name + "{")) {
      sum += std::stod(line.substr(line.rfind(' ') + 1));
    }
  }
  return sum;
}

bool RunningServer::wait_until_empty() const {
  return harness::eventually([this] { return metric("minidns_central_http_connections") == 0; });
}

}  // namespace minidns::api::test
