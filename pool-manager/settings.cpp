#include "pool-manager/settings.hpp"

#include "base/config.hpp"

namespace minidns::pool {
namespace {

using namespace std::chrono_literals;

RetryPolicy read_retry(ConfigMap& root) {
  RetryPolicy policy;
  auto retry = root.map("retry");
  policy.first = retry.duration("first", 100ms, 1h, policy.first);
  policy.max = retry.duration("max", 1s, 24h, policy.max);
  if (policy.max < policy.first) {
    retry.reject("max", "must not be less than retry.first");
  }
  policy.error_after_attempts = static_cast<int>(retry.integer("error_after", 1, 1000, policy.error_after_attempts));
  policy.error_after_absence = retry.duration("error_after_absence", 1s, 24h, policy.error_after_absence);
  retry.finish();
  return policy;
}

}  // namespace

Settings read_settings(const std::string& path) {
  auto root = ConfigMap::load(path);
  Settings settings;
  settings.program = read_program_settings(root);
  settings.database = read_database_settings(root);
  settings.lease_time = root.duration("lease_time", 2s, 10min, settings.lease_time);
  settings.work.confirm_within = root.duration("confirm_within", 100ms, 10min, settings.work.confirm_within);
  settings.work.sweep_interval = root.duration("sweep_interval", 1s, 24h, settings.work.sweep_interval);
  settings.work.allow_bulk_delete = root.boolean("allow_bulk_delete", settings.work.allow_bulk_delete);
  settings.work.unknown_kept_after_restore =
      root.duration("unknown_kept_after_restore", 0ms, 24h * 365, settings.work.unknown_kept_after_restore);
  settings.work.retry = read_retry(root);
  auto instances = root.map("instances");
  settings.forget_instances_after = std::chrono::duration_cast<std::chrono::seconds>(
      instances.duration("forget_after", 1min, 24h * 365, settings.forget_instances_after));
  instances.finish();
  auto threads = root.map("threads");
  settings.io_threads =
      static_cast<std::size_t>(threads.integer("io", 1, 64, static_cast<std::int64_t>(settings.io_threads)));
  threads.finish();
  root.finish();
  return settings;
}

}  // namespace minidns::pool
