#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace minidns::bench {

/// A process and all its living descendants.
[[nodiscard]] std::vector<pid_t> with_descendants(pid_t root);
/// User and system time of a process and its living descendants, in seconds, to the nanosecond
/// (clock_getcpuclockid(3)).
[[nodiscard]] double cpu_seconds(pid_t pid);
/// Of this process, all threads.
[[nodiscard]] double process_cpu_seconds();
/// Of all children of this process that have ended and were waited for, with theirs (getrusage(2): to the microsecond).
[[nodiscard]] double children_cpu_seconds();
/// Of the calling thread.
[[nodiscard]] double thread_cpu_seconds();
/// Resident memory of a process and its living descendants, in MiB; pages that they share count once per process.
[[nodiscard]] double resident_mib(pid_t pid);

/// The value below which the share `q` (0 to 1) of `samples` lies; they needn't be sorted. 0 for no samples.
[[nodiscard]] double quantile(std::vector<double> samples, double q);

}  // namespace minidns::bench
