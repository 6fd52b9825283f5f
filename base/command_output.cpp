#include "base/command_output.hpp"

#include "base/file_descriptor.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace minidns {
namespace {

using namespace std::chrono_literals;
using SteadyPoint = std::chrono::steady_clock::time_point;

/// Between two looks at a program that has closed its output and not ended.
constexpr std::chrono::milliseconds exit_poll = 5ms;

std::string words_of(int error) {
  return std::strerror(error);
}

int left(SteadyPoint until) {
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
  return rest > 0 ? static_cast<int>(rest) : 0;
}

class SpawnAttributes {
 public:
  SpawnAttributes() {
    if (::posix_spawnattr_init(&attributes_) != 0) {
      throw std::bad_alloc();
    }
    // Our own signals are blocked, for a thread that waits for them: the program gets the usual ones.
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

class SpawnFiles {
 public:
  explicit SpawnFiles(int output) {
    if (::posix_spawn_file_actions_init(&actions_) != 0 ||
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0) != 0 ||
        ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO) != 0) {
      throw std::bad_alloc();
    }
  }
  ~SpawnFiles() { ::posix_spawn_file_actions_destroy(&actions_); }
  SpawnFiles(const SpawnFiles&) = delete;
  SpawnFiles& operator=(const SpawnFiles&) = delete;
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

/// A process and its group: ended, and waited for, whatever happens.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() {
    if (pid_ > 0) {
      ::kill(-pid_, SIGKILL);
      while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Its status as waitpid(2) has it; nothing if it doesn't end in time.
  std::optional<int> wait(SteadyPoint until) {
    for (;;) {
      int status = 0;
      const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
      if (ended == pid_) {
        pid_ = -1;
        return status;
      }
      if (left(until) == 0) {
        return std::nullopt;
      }
      ::poll(nullptr, 0, static_cast<int>(exit_poll.count()));
    }
  }

 private:
  pid_t pid_;
};

Result<Secret, std::string> read_all(int fd, std::size_t octets_max, SteadyPoint until) {
  Bytes content(octets_max + 1);  // one more than there may be, so that more is noticed
  std::size_t length = 0;
  const auto failed = [&](std::string why) {
    const Secret wiped(std::move(content));
    return why;
  };
  for (;;) {
    pollfd watched{fd, POLLIN, 0};
    const int ready = ::poll(&watched, 1, left(until));
    if (ready < 0 && errno != EINTR) {
      return failed(words_of(errno));
    }
    if (ready == 0) {
      return failed("not done in time");
    }
    const ssize_t got = ready < 0 ? -1 : ::read(fd, content.data() + length, content.size() - length);
    if (got == 0) {
      content.resize(length);
      return Secret(std::move(content));
    }
    if (got > 0) {
      length += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      return failed(words_of(errno));
    }
    if (length > octets_max) {
      return failed("it writes more than " + std::to_string(octets_max) + " octets");
    }
  }
}

}  // namespace

Result<Secret, std::string> command_output(const std::vector<std::string>& argv, std::size_t octets_max,
                                           std::chrono::milliseconds time_max) {
  if (argv.empty()) {
    return std::string("there is no program");
  }
  const SteadyPoint until = std::chrono::steady_clock::now() + time_max;
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return words_of(errno);
  }
  const FileDescriptor reading(ends[0]);
  std::optional<FileDescriptor> writing(std::in_place, ends[1]);
  std::vector<char*> arguments;
  for (const std::string& argument : argv) {
    arguments.push_back(const_cast<char*>(argument.c_str()));  // posix_spawn(3) doesn't write to it
  }
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const SpawnFiles files(writing->get());
  const SpawnAttributes attributes;
  if (const int error = ::posix_spawn(&pid, arguments[0], files.get(), attributes.get(), arguments.data(), environ);
      error != 0) {
    return words_of(error);
  }
  Child child(pid);
  writing.reset();
  auto output = read_all(reading.get(), octets_max, until);
  if (!output) {
    return output.error();
  }
  const auto status = child.wait(until);
  if (!status) {
    return std::string("not done in time");
  }
  if (!WIFEXITED(*status) || WEXITSTATUS(*status) != 0) {
    return WIFEXITED(*status) ? "it ended with status " + std::to_string(WEXITSTATUS(*status))
                              : "it was ended by signal " + std::to_string(WTERMSIG(*status));
  }
  return output;
}

}  // namespace minidns
