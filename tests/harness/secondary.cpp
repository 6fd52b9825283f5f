#include "tests/harness/secondary.hpp"

#include "base/bytes.hpp"
#include "tests/harness/ports.hpp"
#include "tests/harness/wait.hpp"

#include <algorithm>
#include <filesystem>
#include <signal.h>
#include <sstream>
#include <stdexcept>

namespace minidns::harness {

Secondary::Secondary(std::string_view name, std::vector<KeySpec> transfer_keys, std::string address)
    : folder_(name), transfer_keys_(std::move(transfer_keys)), address_(std::move(address)), port_(free_port()) {}

Secondary::~Secondary() {
  signal_all(SIGCONT);
}

namespace {

/// All threads of a process; SIGSTOP reaches those that run a moment later than `kill` returns.
bool stands_still(pid_t pid) {
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", gone)) {
    const std::string stat = read_file(task.path() / "stat");
    const auto name_end = stat.rfind(')');
    const char state = name_end == std::string::npos || name_end + 2 >= stat.size() ? 'X' : stat[name_end + 2];
    if (state != 'T' && state != 'Z' && state != 'X') return false;  // the last two have ended
  }
  return true;
}

}  // namespace

void Secondary::launch(const std::vector<std::string>& command, const std::function<bool()>& is_up) {
  server_ = Process(command, {.log_file = folder_ / "log"});
  // A hundred thousand zones take BIND half a minute to load.
  const bool up = eventually([&] { return !server_.running() || is_up(); }, std::chrono::minutes(3));
  if (!up || !server_.running()) throw std::runtime_error(command.front() + " did not start: " + log());
}

std::string Secondary::must(const CommandResult& result, const std::string& what) {
  if (result.status != 0) throw std::runtime_error(what + ": " + result.out + result.err);
  return result.out;
}

std::string Secondary::file_of(const std::string& zone) const {
  return folder_ / ("zone-" + to_hex(as_bytes(zone)));
}

void Secondary::freeze() {
  const auto family = signal_all(SIGSTOP);
  if (!eventually([&] { return std::ranges::all_of(family, stands_still); })) {
    throw std::runtime_error("a server goes on after SIGSTOP");
  }
}

void Secondary::thaw() {
  signal_all(SIGCONT);
}

std::vector<pid_t> Secondary::signal_all(int number) {
  if (!server_.running()) return {};
  std::vector<pid_t> family{server_.pid()};
  for (std::size_t i = 0; i < family.size(); ++i) {
    std::istringstream children(run({"pgrep", "-P", std::to_string(family[i])}).out);
    for (pid_t pid = 0; children >> pid;) family.push_back(pid);
  }
  for (const pid_t pid : family) ::kill(pid, number);
  return family;
}

}  // namespace minidns::harness
