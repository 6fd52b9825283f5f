#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace minidns::harness {

struct ProcessOptions {
  std::string log_file = {};  ///< standard output and error are appended to it; empty: discarded
  std::string user = {};      ///< run as this user where we are root; empty: as ourselves
  std::string folder = {};    ///< working folder; empty: ours
};

/// A server of a test. It can't outlive the test: the kernel kills it when the test's process goes.
class Process {
 public:
  Process() = default;
  /// Throws std::system_error if it can't be started.
  explicit Process(const std::vector<std::string>& arguments, const ProcessOptions& options = {});
  /// As `stop`.
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] bool running();
  void signal(int number) const;
  /// The exit status as a shell has it (128 + signal); nothing if it still runs after `limit`.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds limit);
  /// SIGTERM, then SIGKILL if it hasn't ended within `limit`.
  void stop(std::chrono::milliseconds limit = std::chrono::seconds(10));
  /// SIGKILL, and waits for the end.
  void kill();

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

struct CommandResult {
  int status;  ///< as a shell has it; -1 if `limit` passed
  std::string out;
  std::string err;
};

/// Runs a command to its end.
[[nodiscard]] CommandResult run(const std::vector<std::string>& arguments, const std::string& input = {},
                                std::chrono::milliseconds limit = std::chrono::seconds(60),
                                const ProcessOptions& options = {});

}  // namespace minidns::harness
