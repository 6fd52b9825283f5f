#pragma once

#include "base/settings.hpp"
#include "pool-manager/work_context.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace minidns::pool {

/// Of the program `pool-manager`.
struct Settings {
  ProgramSettings program;
  DatabaseSettings database;
  WorkSettings work;
  std::chrono::milliseconds lease_time{10'000};
  std::chrono::seconds forget_instances_after{3600};
  std::size_t io_threads = 2;
};

/// Reads the configuration file; throws ConfigError.
///
///     log, ops, master_key_file, database: as for every program
///     lease_time: 10s               a dead manager's nameservers are taken over after it
///     confirm_within: 5s            what a nameserver doesn't show by then is kept as a task
///     sweep_interval: 60s           between two comparisons of a nameserver's zone list
///     sweep_share_percent: 10       of the time at most for them: where one takes long, the next comes later
///     unknown_kept_after_restore: 1d  then even unknown zones are left on nameservers: the database may have lost them
///     retry: {first: 2s, max: 5m, error_after: 5, error_after_absence: 1m}
///     instances: {forget_after: 1h}
///     threads: {io: 2}
[[nodiscard]] Settings read_settings(const std::string& path);

}  // namespace minidns::pool
