#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

namespace minidns::bench {

/// User and system time of a process and its living descendants, in seconds (resolution 10 ms).
[[nodiscard]] double cpu_seconds(pid_t pid);
/// Resident memory of a process and its living descendants, in MiB; pages that they share count once per process.
[[nodiscard]] double resident_mib(pid_t pid);

/// The value below which the share `q` (0 to 1) of `samples` lies; they needn't be sorted. 0 for no samples.
[[nodiscard]] double quantile(std::vector<double> samples, double q);

}  // namespace minidns::bench
