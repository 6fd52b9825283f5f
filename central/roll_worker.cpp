#include "central/roll_worker.hpp"

#include "central/signing_rules.hpp"
#include "central/worker.hpp"

namespace minidns::central {

RollWorker::RollWorker(storage::KeyRolls& rolls, storage::SigningRefresh& clock, KeyRoller& roller, const Logger& log,
                       Metrics& metrics)
    : rolls_(rolls),
      clock_(clock),
      roller_(roller),
      log_(log),
      under_way_(metrics.gauge("minidns_central_key_rolls", "Key rolls that are under way and not paused")),
      at_parent_(metrics.gauge("minidns_central_key_rolls_at_parent", "Key rolls that wait for the parent's DS")),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

void RollWorker::run(const std::stop_token& stop) {
  do {
    (void)attempt(log_, "key rolls", [&] { round(stop); });
  } while (wait(stop, roll_interval));
}

void RollWorker::round(const std::stop_token& stop) {
  if (!clock_.observe_clock(clock_leap_max).accepted) {
    return;  // the refresh worker says so
  }
  roller_.advance_due(stop);
  const auto now = std::chrono::steady_clock::now();
  if (!looked_at_ages_ || now - *looked_at_ages_ >= key_age_interval) {
    looked_at_ages_ = now;
    roller_.begin_overdue();
  }
  const auto counts = rolls_.count();
  under_way_.set(static_cast<double>(counts.under_way));
  at_parent_.set(static_cast<double>(counts.at_parent));
}

}  // namespace minidns::central
