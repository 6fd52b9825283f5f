#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace minidns {

/// Runs a program and returns what it writes to its standard output; its input is empty, its standard error is ours. No
/// shell, no PATH: `argv[0]` is a file. It has a process group of its own, which is killed where it isn't done within
/// `time_max` or writes more than `octets_max`. An error, in words, also if it doesn't end with 0.
[[nodiscard]] Result<Secret, std::string> command_output(const std::vector<std::string>& argv, std::size_t octets_max,
                                                         std::chrono::milliseconds time_max);

}  // namespace minidns
