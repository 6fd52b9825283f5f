#include "central/housekeeping.hpp"

#include "storage/postgres/errors.hpp"

#include <optional>

namespace minidns::central {

using storage::postgres::CommitInDoubt;
using storage::postgres::StatementError;
using storage::postgres::Unavailable;

Housekeeping::Housekeeping(storage::Retention& retention, const Retention& settings, const Logger& log,
                           Metrics& metrics)
    : retention_(retention),
      settings_(settings),
      log_(log),
      pruned_(metrics.counter("minidns_central_pruned_rows_total", "Rows that retention took out of the database")),
      thread_([this] { run(); }) {}

Housekeeping::~Housekeeping() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Housekeeping::run() {
  while (wait(housekeeping_interval)) {
    try {
      if (!pass()) {
        return;
      }
    } catch (const Unavailable& error) {
      log_.debug("housekeeping waits for the database", {{"reason", error.what()}});
    } catch (const CommitInDoubt& error) {
      log_.debug("a step of housekeeping was perhaps not done", {{"reason", error.what()}});
    } catch (const StatementError& error) {
      log_.error("housekeeping was refused", {{"reason", error.what()}});
    }
  }
}

bool Housekeeping::pass() {
  std::int64_t total = 0;
  std::optional<std::int64_t> position = 0;
  while (position) {
    const auto step = retention_.prune_history(*position, settings_.versions_min, settings_.age);
    total += step.pruned;
    position = step.next;
    if (!wait(housekeeping_pause)) {
      return false;
    }
  }
  while (const auto removed = retention_.remove_deleted(settings_.age)) {
    total += removed;
    if (!wait(housekeeping_pause)) {
      return false;
    }
  }
  pruned_.increment(static_cast<double>(total));
  if (total > 0) {
    log_.info("old rows were pruned", {{"rows", total}});
  }
  return true;
}

bool Housekeeping::wait(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace minidns::central
