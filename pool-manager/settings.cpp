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

ProofSettings read_proof(ConfigMap& root) {
  ProofSettings settings;
  auto proof = root.map("proof");
  settings.serial_round = proof.duration("round", 100ms, 24h * 30, settings.serial_round);
  settings.questions_per_second_max = static_cast<double>(
      proof.integer("questions_per_second", 1, 100'000, static_cast<std::int64_t>(settings.questions_per_second_max)));
  settings.signature_margin = proof.duration("signature_margin", 0ms, 24h * 365, settings.signature_margin);
  settings.compares_contents = proof.boolean("contents", settings.compares_contents);
  settings.content_round = proof.duration("content_round", 100ms, 24h * 365, settings.content_round);
  settings.transfers_per_second_max = static_cast<double>(
      proof.integer("transfers_per_second", 1, 1000, static_cast<std::int64_t>(settings.transfers_per_second_max)));
  settings.transfer_octets_max =
      proof.octets("transfer_size", 64 << 10, std::uint64_t{1} << 40U, settings.transfer_octets_max);
  settings.transfer_records_max = static_cast<std::uint64_t>(
      proof.integer("transfer_records", 100, 1'000'000'000, static_cast<std::int64_t>(settings.transfer_records_max)));
  settings.transfer_time_max = proof.duration("transfer_time", 1s, 24h, settings.transfer_time_max);
  settings.look_again = proof.duration("look_again", 100ms, 1h, settings.look_again);
  settings.repairs_max = static_cast<int>(proof.integer("repairs", 0, 1000, settings.repairs_max));
  proof.finish();
  return settings;
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
  settings.work.sweep_share_percent =
      static_cast<int>(root.integer("sweep_share_percent", 1, 100, settings.work.sweep_share_percent));
  settings.work.unknown_kept_after_restore =
      root.duration("unknown_kept_after_restore", 0ms, 24h * 365, settings.work.unknown_kept_after_restore);
  settings.work.retry = read_retry(root);
  settings.work.proof = read_proof(root);
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
