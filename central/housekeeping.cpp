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
  pruned_.increment(static_cast<double>(total));
  if (total > 0) {
    log_.info("old rows were pruned", {{"rows", total}});
  }
}

}  // namespace minidns::central
