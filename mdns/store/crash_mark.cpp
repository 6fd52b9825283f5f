#include "mdns/store/crash_mark.hpp"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace minidns::mdns::store {
namespace {

// A signal handler can reach nothing but what is global.
constexpr std::array<int, 3> signals = {SIGBUS, SIGSEGV, SIGABRT};
thread_local volatile std::sig_atomic_t depth = 0;
std::array<char, PATH_MAX> mark_file{};
std::array<struct sigaction, signals.size()> handlers_before{};
bool installed = false;

/// Only calls that are allowed in a handler. Returns to the instruction that failed, which fails again, for the handler
/// that was there before.
extern "C" void minidns_store_crashed(int signal) {
  const int error = errno;
  if (depth > 0) {
    const int fd = ::open(mark_file.data(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) {
      ::fsync(fd);
      ::close(fd);
    }
  }
  for (std::size_t i = 0; i < signals.size(); ++i) {
    if (signals[i] == signal) {
      ::sigaction(signal, &handlers_before[i], nullptr);
    }
  }
  errno = error;
}

}  // namespace

void mark_crashes_in(const std::string& file) {
  const std::size_t size = file.copy(mark_file.data(), mark_file.size() - 1);
  mark_file[size] = '\0';
  if (installed) {
    return;
  }
  installed = true;
  struct sigaction action {};
  action.sa_handler = minidns_store_crashed;
  ::sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < signals.size(); ++i) {
    ::sigaction(signals[i], &action, &handlers_before[i]);
  }
}

InsideStore::InsideStore() {
  depth = depth + 1;
}

InsideStore::~InsideStore() {
  depth = depth - 1;
}

}  // namespace minidns::mdns::store
