#include "base/program.hpp"

#include <cerrno>
#include <csignal>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace minidns {
namespace {

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

[[noreturn]] void fail(int error, const char* what) {
  throw std::system_error(error, std::generic_category(), what);
}

}  // namespace

void block_signals() {
  const sigset_t set = handled_signals();
  if (const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr); error != 0) {
    fail(error, "pthread_sigmask");
  }
  // A peer that went away is an error code of the write, not the end of the program.
  if (std::signal(SIGPIPE, SIG_IGN) == SIG_ERR) {
    fail(errno, "signal");
  }
}

Signal wait_for_signal() {
  const sigset_t set = handled_signals();
  int number = 0;
  if (const int error = ::sigwait(&set, &number); error != 0) {
    fail(error, "sigwait");
  }
  return number == SIGHUP ? Signal::reload : Signal::stop;
}

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
    fail(errno, "getrlimit");
  }
  const rlimit wanted{limit.rlim_max, limit.rlim_max};
  return ::setrlimit(RLIMIT_NOFILE, &wanted) == 0 ? wanted.rlim_cur : limit.rlim_cur;
}

void request_stop() {
  if (::kill(::getpid(), SIGTERM) != 0) {
    fail(errno, "kill");
  }
}

}  // namespace minidns
