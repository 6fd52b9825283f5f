#include "mdns/notify/election.hpp"

#include <algorithm>
#include <utility>

namespace minidns::mdns {
namespace {

/// How long announcements of others are remembered for a version that we may yet get.
constexpr std::chrono::seconds heard_kept{10};

/// FNV-1a with a final mix (MurmurHash3's): not for secrets, only to spread evenly and the same everywhere.
std::uint64_t hash(ByteView a, ByteView b, std::uint64_t salt) {
  std::uint64_t value = 0xcbf29ce484222325ULL ^ salt;
  for (const ByteView octets : {a, b}) {
    for (const std::uint8_t octet : octets) {
      value = (value ^ octet) * 0x100000001b3ULL;
    }
  }
  value = (value ^ (value >> 33U)) * 0xff51afd7ed558ccdULL;
  value = (value ^ (value >> 33U)) * 0xc4ceb9fe1a85ec53ULL;
  return value ^ (value >> 33U);
}

}  // namespace

std::uint64_t rendezvous_weight(const InstanceId& instance, const ZoneId& zone, std::uint64_t salt) {
  return hash(instance.uuid().octets(), zone.uuid().octets(), salt);
}

void Election::set_live(std::set<InstanceId> live) {
  live.erase(self_);
  live_ = std::move(live);
  std::erase_if(misses_, [this](const auto& item) { return !live_.contains(item.first); });
}

bool Election::all_have(const State& state) const {
  return std::all_of(live_.begin(), live_.end(), [&](const InstanceId& instance) {
    const auto misses = misses_.find(instance);
    const bool waited_for = misses == misses_.end() || misses->second < limits_.misses_max;
    return !waited_for || state.have.contains(instance);
  });
}

void Election::count_misses(const State& state) {
  for (const InstanceId& instance : live_) {
    if (!state.have.contains(instance)) {
      ++misses_[instance];
    }
  }
}

/// The state of a zone's newest version; null if `version` is older than that, or there are too many zones.
Election::State* Election::state_for(const ZoneId& zone, dns::Version version, SteadyTime now) {
  const auto found = zones_.find(zone);
  if (found != zones_.end()) {
    if (version < found->second.version) {
      return nullptr;
    }
    if (version > found->second.version) {
      found->second.phase = Phase::heard;
      found->second.version = version;
      found->second.have.clear();
      set_deadline(zone, found->second, now + heard_kept);
    }
    return &found->second;
  }
  if (zones_.size() >= limits_.zones_max) {
    return nullptr;
  }
  State& state =
      zones_.emplace(zone, State{Phase::heard, version, {}, dns::Version(0), now + heard_kept}).first->second;
  deadlines_.emplace(state.deadline, zone);
  return &state;
}

void Election::set_deadline(const ZoneId& zone, State& state, SteadyTime deadline) {
  deadlines_.erase({state.deadline, zone});
  state.deadline = deadline;
  deadlines_.emplace(deadline, zone);
}

void Election::erase(States::iterator state) {
  deadlines_.erase({state->second.deadline, state->first});
  zones_.erase(state);
}

std::optional<Election::Turn> Election::have(const ZoneId& zone, dns::Version version, SteadyTime now) {
  State* state = state_for(zone, version, now);
  if (state == nullptr) {
    // Older than what is announced already, then the newer version will have its turn; or too many: better twice.
    return zones_.contains(zone) ? std::nullopt : std::optional(Turn{zone, version});
  }
  state->phase = Phase::gathering;
  set_deadline(zone, *state, now + limits_.gather);
  if (state->notified >= version || (all_have(*state) && decide(zone, *state, now))) {
    const bool told = state->notified >= version;
    erase(zones_.find(zone));
    return told ? std::nullopt : std::optional(Turn{zone, version});
  }
  return std::nullopt;
}

std::optional<Election::Turn> Election::heard_have(const InstanceId& instance, const ZoneId& zone, dns::Version version,
                                                   SteadyTime now) {
  if (instance == self_) {
    return std::nullopt;
  }
  misses_.erase(instance);
  const auto known = zones_.find(zone);
  if (known != zones_.end() && known->second.phase != Phase::heard && version > known->second.version) {
    // Another is ahead of us. Ours still has its turn: the newer version may take its time to come here.
    return std::nullopt;
  }
  State* state = state_for(zone, version, now);
  if (state == nullptr) {
    return std::nullopt;
  }
  state->have.insert(instance);
  if (state->phase == Phase::gathering && all_have(*state) && decide(zone, *state, now)) {
    erase(zones_.find(zone));
    return Turn{zone, version};
  }
  return std::nullopt;
}

bool Election::decide(const ZoneId& zone, State& state, SteadyTime now) {
  const std::uint64_t ours = rendezvous_weight(self_, zone);
  const bool another_owns = std::any_of(live_.begin(), live_.end(), [&](const InstanceId& instance) {
    return state.have.contains(instance) && rendezvous_weight(instance, zone) > ours;
  });
  if (!another_owns) {
    return true;
  }
  state.phase = Phase::waiting;
  set_deadline(zone, state, now + limits_.owner);
  return false;
}

void Election::heard_notified(const ZoneId& zone, dns::Version version, SteadyTime now) {
  const auto found = zones_.find(zone);
  if (found == zones_.end() || version > found->second.version) {
    // We don't have it yet: once we do, we needn't notify.
    if (State* state = state_for(zone, version, now)) {
      state->notified = version;
    }
    return;
  }
  found->second.notified = std::max(found->second.notified, version);
  if (found->second.phase != Phase::heard && found->second.notified >= found->second.version) {
    erase(found);
  }
}

std::vector<Election::Turn> Election::tick(SteadyTime now) {
  std::vector<Turn> turns;
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const auto found = zones_.find(deadlines_.begin()->second);
    State& state = found->second;
    bool done = true;
    if (state.phase == Phase::gathering) {
      count_misses(state);
      done = decide(found->first, state, now);
    }
    if (done) {
      if (state.phase != Phase::heard) {
        turns.push_back({found->first, state.version});
      }
      erase(found);
    }
  }
  return turns;
}

std::optional<SteadyTime> Election::next_deadline() const {
  return deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
}

}  // namespace minidns::mdns
