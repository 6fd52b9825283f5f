#pragma once

#include "tests/harness/process.hpp"
#include "tests/harness/temp_dir.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace minidns::harness {

/// One of our programs, run from the build folder with a configuration file of its own.
class Program {
 public:
  /// `name` is the program's, `arguments` stand before `--config`; readiness is asked at `ops_port`.
  Program(std::string name, std::vector<std::string> arguments, std::string config_file, std::string log_file,
          std::uint16_t ops_port);

  /// Of the next start: NAME=value.
  void set_environment(std::vector<std::string> variables) { environment_ = std::move(variables); }
  /// Starts it; doesn't wait.
  void launch();
  /// Starts it and waits until `/ready` says 200. Throws std::runtime_error with its log.
  void start();
  void stop() { process_.stop(); }
  void kill() { process_.kill(); }
  [[nodiscard]] bool running() { return process_.running(); }
  [[nodiscard]] pid_t pid() const { return process_.pid(); }
  [[nodiscard]] Process& process() { return process_; }
  [[nodiscard]] const std::string& config_file() const { return config_file_; }
  /// SIGHUP: it reads its configuration again.
  void reload() { process_.signal(1); }
  [[nodiscard]] bool ready() const;
  [[nodiscard]] std::string readiness() const;
  /// The value of the metric's line that begins with `name`, labels and all; 0 if there is none.
  [[nodiscard]] double metric(const std::string& name) const;
  [[nodiscard]] const std::string& log_file() const { return log_file_; }
  [[nodiscard]] std::string log() const { return read_file(log_file_); }

 private:
  std::string name_;
  std::vector<std::string> arguments_, environment_;
  std::string config_file_;
  std::string log_file_;
  std::uint16_t ops_port_;
  Process process_;
};

}  // namespace minidns::harness
