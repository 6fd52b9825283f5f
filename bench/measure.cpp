#include "bench/measure.hpp"

#include <algorithm>
#include <cmath>
#include <dirent.h>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <utility>

namespace minidns::bench {

namespace {

struct Stat {
  pid_t parent = -1;
  double resident_pages = 0;
};

/// proc(5), /proc/PID/stat: the fields after the program's name, which stands in parentheses and may hold anything.
bool read_stat(pid_t pid, Stat& stat) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return false;
  std::istringstream fields(line.substr(line.rfind(')') + 2));
  std::string skipped;
  fields >> skipped >> stat.parent;
  for (int i = 5; i <= 23; ++i) fields >> skipped;
  fields >> stat.resident_pages;
  return static_cast<bool>(fields);
}

double seconds_of(clockid_t clock) {
  timespec time{};
  return ::clock_gettime(clock, &time) == 0 ? static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9
                                            : 0;
}

}  // namespace

std::vector<pid_t> with_descendants(pid_t root) {
  std::vector<std::pair<pid_t, pid_t>> all;
  auto* proc = ::opendir("/proc");
  while (const auto* entry = ::readdir(proc)) {
    const pid_t pid = std::atoi(entry->d_name);
    Stat stat;
    if (pid > 0 && read_stat(pid, stat)) all.emplace_back(pid, stat.parent);
  }
  ::closedir(proc);
  std::vector<pid_t> family{root};
  for (std::size_t i = 0; i < family.size(); ++i) {
    for (const auto& [pid, parent] : all) {
      if (parent == family[i]) family.push_back(pid);
    }
  }
  return family;
}

double cpu_seconds(pid_t pid) {
  double total = 0;
  for (const auto member : with_descendants(pid)) {
    clockid_t clock{};
    if (::clock_getcpuclockid(member, &clock) == 0) total += seconds_of(clock);
  }
  return total;
}

double process_cpu_seconds() {
  return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

double children_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double thread_cpu_seconds() {
  return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

double resident_mib(pid_t pid) {
  double pages = 0;
  for (const auto member : with_descendants(pid)) {
    Stat stat;
    if (read_stat(member, stat)) pages += stat.resident_pages;
  }
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);
}

double quantile(std::vector<double> samples, double q) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  const auto rank = std::ceil(q * static_cast<double>(samples.size()));
  return samples[std::clamp<std::size_t>(static_cast<std::size_t>(rank), 1, samples.size()) - 1];
}

}  // namespace minidns::bench
