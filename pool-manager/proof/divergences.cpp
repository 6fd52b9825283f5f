#include "pool-manager/proof/divergences.hpp"

#include <algorithm>

namespace minidns::pool {

void Divergences::load(const ZoneId& zone, const dns::Name& name, int repairs, SteadyTime now) {
  if (zones_.size() < zones_max) {
    zones_.try_emplace(zone, Entry{name, true, repairs, now});
  }
}

Divergences::Verdict Divergences::differs(const ZoneId& zone, const dns::Name& name, SteadyTime now) {
  const auto found = zones_.find(zone);
  if (found == zones_.end()) {
    if (zones_.size() < zones_max) {
      zones_.emplace(zone, Entry{name, false, 0, now + limits_.look_again});
    }
    return Verdict::suspected;
  }
  found->second.is_diverged = true;
  found->second.next = now + wait(found->second);
  return Verdict::diverged;
}

bool Divergences::may_repair(const ZoneId& zone) const {
  const auto found = zones_.find(zone);
  return found != zones_.end() && found->second.is_diverged && found->second.repairs < limits_.repairs_max;
}

void Divergences::repaired(const ZoneId& zone, SteadyTime now) {
  const auto found = zones_.find(zone);
  if (found != zones_.end()) {
    found->second.next = now + wait(found->second);
    ++found->second.repairs;
  }
}

int Divergences::repairs(const ZoneId& zone) const {
  const auto found = zones_.find(zone);
  return found == zones_.end() ? 0 : found->second.repairs;
}

void Divergences::put_off(const ZoneId& zone, SteadyTime now) {
  const auto found = zones_.find(zone);
  if (found != zones_.end()) {
    found->second.next = now + wait(found->second);
  }
}

bool Divergences::forget(const ZoneId& zone) {
  const auto found = zones_.find(zone);
  if (found == zones_.end()) {
    return false;
  }
  const bool was_told = found->second.is_diverged;
  zones_.erase(found);
  return was_told;
}

SteadyTime::duration Divergences::wait(const Entry& entry) const {
  constexpr int doublings_max = 20;
  const int doublings = std::min(entry.repairs, doublings_max);
  return std::min<SteadyTime::duration>(limits_.look_again * (std::int64_t{1} << doublings), look_again_max);
}

std::map<ZoneId, Divergences::Entry>::const_iterator Divergences::first() const {
  return std::ranges::min_element(zones_, {}, [](const auto& item) { return item.second.next; });
}

std::optional<Divergences::Due> Divergences::due(SteadyTime now) const {
  const auto found = first();
  if (found == zones_.end() || found->second.next > now) {
    return std::nullopt;
  }
  return Due{found->first, found->second.name};
}

std::optional<SteadyTime> Divergences::next() const {
  const auto found = first();
  return found == zones_.end() ? std::nullopt : std::optional(found->second.next);
}

std::size_t Divergences::diverged() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(zones_, [](const auto& item) { return item.second.is_diverged; }));
}

}  // namespace minidns::pool
