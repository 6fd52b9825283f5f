#include "mdns/notify/target_queue.hpp"

#include <utility>

namespace minidns::mdns {

TargetQueue::Added TargetQueue::add(NotifyJob job, SteadyTime now) {
  const ZoneId zone = job.zone->id;
  const auto found = jobs_.find(zone);
  if (found != jobs_.end()) {
    State& state = found->second;
    job.with_soa = job.with_soa && state.job.with_soa;
    state.job = std::move(job);
    if (state.in_window) {  // what was sent told of an older version: again, at once
      deadlines_.erase({state.deadline, zone});
      state.attempts = 0;
      state.deadline = now;
      deadlines_.emplace(now, zone);
    }
    return Added::replaced;
  }
  if (jobs_.size() >= limits_.waiting_max) {
    return Added::dropped;
  }
  jobs_.emplace(zone, State{std::move(job)});
  waiting_.push_back(zone);
  begin_waiting(now);
  return Added::queued;
}

/// Lets those that wait into the window.
void TargetQueue::begin_waiting(SteadyTime now) {
  while (!waiting_.empty() && deadlines_.size() < limits_.window) {
    State& state = jobs_.at(waiting_.front());
    state.in_window = true;
    state.deadline = now;
    deadlines_.emplace(now, waiting_.front());
    waiting_.pop_front();
  }
}

TargetQueue::Step TargetQueue::step(SteadyTime now) {
  Step step;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const ZoneId zone = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    State& state = jobs_.at(zone);
    if (state.attempts == limits_.attempts_max) {
      step.given_up.push_back(std::move(state.job));
      jobs_.erase(zone);
      begin_waiting(now);
      continue;
    }
    ++state.attempts;
    state.deadline = now + limits_.retry * (1 << (state.attempts - 1));
    deadlines_.emplace(state.deadline, zone);
    step.send.push_back({state.job, state.attempts});
  }
  return step;
}

void TargetQueue::done(const ZoneId& zone, SteadyTime now) {
  const auto found = jobs_.find(zone);
  if (found != jobs_.end() && found->second.in_window) {
    deadlines_.erase({found->second.deadline, zone});
    jobs_.erase(found);
    begin_waiting(now);
  }
}

std::optional<SteadyTime> TargetQueue::next_deadline() const {
  return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

}  // namespace minidns::mdns
