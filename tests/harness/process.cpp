#include "tests/harness/process.hpp"

#include "tests/harness/temp_dir.hpp"
#include "tests/harness/wait.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace minidns::harness {

namespace {

struct Redirection {
  std::string in = "/dev/null";
  std::string out = "/dev/null";
  std::string err;  ///< empty: where `out` goes
};

struct Identity {
  bool change = false;
  uid_t uid = 0;
  gid_t gid = 0;
};

Identity identity_of(const std::string& user) {
  if (user.empty() || ::geteuid() != 0) return {};
  const auto* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) throw std::system_error(ENOENT, std::generic_category(), "user " + user);
  return {true, entry->pw_uid, entry->pw_gid};
}

bool open_as(int target, const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags, 0644);
  return fd >= 0 && ::dup2(fd, target) >= 0 && (fd == target || ::close(fd) == 0);
}

/// In the child: becomes the program or ends with 127.
[[noreturn]] void become(std::vector<char*>& arguments, const Identity& identity, const std::string& folder,
                         const Redirection& io) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  bool ok = open_as(0, io.in, O_RDONLY) && open_as(1, io.out, O_WRONLY | O_CREAT | O_APPEND);
  ok = ok && (io.err.empty() ? ::dup2(1, 2) >= 0 : open_as(2, io.err, O_WRONLY | O_CREAT | O_APPEND));
  if (identity.change) {
    ok = ok && ::setgroups(1, &identity.gid) == 0 && ::setgid(identity.gid) == 0 && ::setuid(identity.uid) == 0;
  }
  ok = ok && (folder.empty() || ::chdir(folder.c_str()) == 0);
  // After setuid, which clears it.
  ok = ok && ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
  if (ok) ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

pid_t launch(const std::vector<std::string>& arguments, const ProcessOptions& options, const Redirection& io) {
  std::vector<char*> raw;
  for (const auto& argument : arguments) raw.push_back(const_cast<char*>(argument.c_str()));
  raw.push_back(nullptr);
  const auto identity = identity_of(options.user);
  const pid_t pid = ::fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) become(raw, identity, options.folder, io);
  return pid;
}

int shell_status(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

Process::Process(const std::vector<std::string>& arguments, const ProcessOptions& options) {
  Redirection io;
  if (!options.log_file.empty()) io.out = options.log_file;
  pid_ = launch(arguments, options, io);
}

Process::~Process() {
  stop();
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(std::exchange(other.status_, std::nullopt)) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this != &other) {
    stop();
    pid_ = std::exchange(other.pid_, -1);
    status_ = std::exchange(other.status_, std::nullopt);
  }
  return *this;
}

bool Process::running() {
  if (pid_ < 0 || status_) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == pid_) status_ = shell_status(status);
  return !status_;
}

void Process::signal(int number) const {
  if (pid_ > 0 && !status_) ::kill(pid_, number);
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
  if (!eventually([this] { return !running(); }, limit)) return std::nullopt;
  return status_;
}

void Process::stop(std::chrono::milliseconds limit) {
  if (!running()) return;
  signal(SIGCONT);
  signal(SIGTERM);
  if (!wait(limit)) kill();
}

void Process::kill() {
  signal(SIGKILL);
  if (running()) status_ = wait(std::chrono::seconds(10)).value_or(137);
}

CommandResult run(const std::vector<std::string>& arguments, const std::string& input, std::chrono::milliseconds limit,
                  const ProcessOptions& options) {
  const TempDir folder("run");
  std::filesystem::permissions(folder.path(), std::filesystem::perms(0777));
  Redirection io{folder / "in", folder / "out", folder / "err"};
  write_file(io.in, input);
  const pid_t pid = launch(arguments, options, io);
  int status = 0;
  const bool ended = eventually([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }, limit);
  if (!ended) {
    ::kill(pid, SIGKILL);
    ::waitpid(pid, &status, 0);
  }
  return {ended ? shell_status(status) : -1, read_file(io.out), read_file(io.err)};
}

}  // namespace minidns::harness
