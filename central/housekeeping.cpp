#include "central/housekeeping.hpp"

#include "central/worker.hpp"

#include <optional>

namespace minidns::central {

Housekeeping::Housekeeping(storage::Retention& retention, const Retention& settings, const Logger& log,
                           Metrics& metrics)
    : retention_(retention),
      settings_(settings),
      log_(log),
      pruned_(metrics.counter("minidns_central_pruned_rows_total", "Rows that retention took out of the database")),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void Housekeeping::run(const std::stop_token& stop) {
  while (wait(stop, housekeeping_interval)) {
    (void)attempt(log_, "housekeeping", [&] { pass(stop); });
  }
}

void Housekeeping::pass(const std::stop_token& stop) {
  std::int64_t total = 0;
  std::optional<std::int64_t> position = 0;
  while (position && wait(stop, housekeeping_pause)) {
    const auto step = retention_.prune_history(*position, settings_.versions_min, settings_.age);
    total += step.pruned;
    position = step.next;
  }
  while (const auto removed = retention_.remove_deleted(settings_.age)) {
    total += removed;
    if (!wait(stop, housekeeping_pause)) {
      break;
    }
  }
  total += prune_keys(stop);
  pruned_.increment(static_cast<double>(total));
  if (total > 0) {
    log_.info("old rows were pruned", {{"rows", total}});
  }
}

/// Key sets first: they keep the keys.
std::int64_t Housekeeping::prune_keys(const std::stop_token& stop) {
  std::int64_t total = 0;
  std::optional<KeySetId> position;
  do {
    const auto step = retention_.prune_key_sets(position, settings_.age);
    total += step.pruned;
    position = step.next;
  } while (position && wait(stop, housekeeping_pause));
  while (const auto destroyed = retention_.destroy_keys(settings_.age)) {
    log_.info("private keys that no version needs were destroyed", {{"keys", destroyed}});
    total += destroyed;
    if (!wait(stop, housekeeping_pause)) {
      break;
    }
  }
  return total;
}

}  // namespace minidns::central
