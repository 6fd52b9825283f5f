#include "mdns/follow/update_queue.hpp"

#include <algorithm>
#include <utility>

namespace minidns::mdns {

UpdateQueue::UpdateQueue(ZoneUpdater& updater, const ZoneIndex& index, WorkerPool& workers, const Clock& clock)
    : updater_(updater), index_(index), workers_(workers), clock_(clock) {}

bool UpdateQueue::want(const ZoneId& zone, dns::Version version, std::optional<std::int64_t> seq) {
  if (index_.has(zone, version)) {
    return true;
  }
  {
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(zone);
    if (found != pending_.end()) {
      Pending& known = found->second;
      if (seq && !known.seq) {  // changes come in order: the first is the oldest
        known.seq = seq;
        seqs_.insert(*seq);
      }
      // If the load that runs misses this version, `loaded` will see it.
      known.version = std::max(known.version, version);
      return true;
    }
    if (pending_.size() >= pending_max) {
      return false;
    }
    pending_.emplace(zone, Pending{version, version, seq, std::nullopt});
    if (seq) {
      seqs_.insert(*seq);
    }
  }
  start(zone, version);
  return true;
}

void UpdateQueue::start(const ZoneId& zone, dns::Version version) {
  updater_.update(workers_, zone, version, [this, zone](const Loaded& result) { loaded(zone, result); });
}

void UpdateQueue::loaded(const ZoneId& zone, const Loaded& result) {
  std::optional<dns::Version> again;
  {
    const std::lock_guard lock(mutex_);
    Pending& pending = pending_.at(zone);
    switch (result.outcome) {
      case Loaded::Outcome::ready:
        if (result.snapshot->version() >= pending.version) {
          erase(zone);
        } else if (pending.asked < pending.version) {
          pending.asked = pending.version;  // wanted while the load ran
          again = pending.version;
        } else if (pending.seq) {
          pending.retry_at = clock_.steady() + retry_delay;  // the database that we asked is a replica that lags
        } else {
          erase(zone);  // a hint alone: the feed will tell
        }
        break;
      case Loaded::Outcome::gone:
      case Loaded::Outcome::corrupt:  // a person must act; the other zones go on
        erase(zone);
        break;
      case Loaded::Outcome::unavailable:
      case Loaded::Outcome::overloaded:
        pending.retry_at = clock_.steady() + retry_delay;
        break;
    }
  }
  if (again) {
    start(zone, *again);
  }
}

/// With the mutex held.
void UpdateQueue::erase(const ZoneId& zone) {
  const auto found = pending_.find(zone);
  if (found->second.seq) {
    seqs_.erase(seqs_.find(*found->second.seq));
  }
  pending_.erase(found);
}

std::int64_t UpdateQueue::applied_through(std::int64_t read_through) const {
  const std::lock_guard lock(mutex_);
  return seqs_.empty() ? read_through : std::min(read_through, *seqs_.begin() - 1);
}

void UpdateQueue::set_back() {
  const std::lock_guard lock(mutex_);
  seqs_.clear();
  for (auto& [zone, pending] : pending_) {
    pending.seq.reset();
    pending.version = dns::Version(0);  // any version will do for the load that runs
  }
}

void UpdateQueue::retry_due() {
  std::vector<std::pair<ZoneId, dns::Version>> due;
  {
    const std::lock_guard lock(mutex_);
    const SteadyTime now = clock_.steady();
    for (auto& [zone, pending] : pending_) {
      if (pending.retry_at && *pending.retry_at <= now) {
        pending.retry_at.reset();
        pending.asked = pending.version;
        due.emplace_back(zone, pending.version);
      }
    }
  }
  for (const auto& [zone, version] : due) {
    start(zone, version);
  }
}

std::size_t UpdateQueue::size() const {
  const std::lock_guard lock(mutex_);
  return pending_.size();
}

}  // namespace minidns::mdns
