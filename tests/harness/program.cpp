#include "tests/harness/program.hpp"

#include "tests/harness/wait.hpp"

#include <sstream>
#include <stdexcept>

namespace minidns::harness {

namespace {

CommandResult fetch(std::uint16_t port, const std::string& path) {
  return run(
      {"curl", "-s", "--max-time", "5", "-w", "\n%{http_code}", "http://127.0.0.1:" + std::to_string(port) + path});
}

}  // namespace

Program::Program(std::string name, std::vector<std::string> arguments, std::string config_file, std::string log_file,
                 std::uint16_t ops_port)
    : name_(std::move(name)),
      arguments_(std::move(arguments)),
      config_file_(std::move(config_file)),
      log_file_(std::move(log_file)),
      ops_port_(ops_port) {}

void Program::launch() {
  std::vector<std::string> command{std::string(MINIDNS_BUILD_DIR "/") + name_ + "/" + name_};
  if (!environment_.empty()) {
    command.insert(command.begin(), environment_.begin(), environment_.end());
    command.insert(command.begin(), "env");  // becomes the program
  }
  command.insert(command.end(), arguments_.begin(), arguments_.end());
  command.insert(command.end(), {"--config", config_file_});
  process_ = Process(command, {.log_file = log_file_});
}

void Program::start() {
  launch();
  const bool up = eventually([this] { return !process_.running() || ready(); });
  if (!up || !process_.running()) throw std::runtime_error(name_ + " did not start: " + log());
}

bool Program::ready() const {
  return readiness().ends_with("\n200");
}

std::string Program::readiness() const {
  return fetch(ops_port_, "/ready").out;
}

double Program::metric(const std::string& name) const {
  std::istringstream lines(fetch(ops_port_, "/metrics").out);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
  }
  return 0;
}

}  // namespace minidns::harness
