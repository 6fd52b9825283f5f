#include "pool-manager/sync/transfers.hpp"

#include "pool-manager/decision.hpp"

#include <algorithm>
#include <utility>

namespace minidns::pool::sync {
namespace {

bool has_arrived(const SoaAnswer& answer, dns::Serial wanted) {
  const auto* const serial = std::get_if<dns::Serial>(&answer);
  return serial != nullptr && reaches(*serial, wanted);
}

}  // namespace

std::vector<dns::Name> names_of(const std::vector<AwaitedZone>& zones) {
  std::vector<dns::Name> names;
  names.reserve(zones.size());
  for (const AwaitedZone& zone : zones) {
    names.push_back(zone.name);
  }
  return names;
}

void Transfers::await(AwaitedZone zone, SteadyTime now) {
  if (waiting_.empty()) {
    moved_at_ = now;
  }
  waiting_.push_back(std::move(zone));
}

std::vector<AwaitedZone> Transfers::take() {
  const std::size_t count = std::min(batch_zones, waiting_.size());
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  std::vector<AwaitedZone> batch(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  return batch;
}

std::size_t Transfers::settle(std::vector<AwaitedZone> asked, const std::vector<SoaAnswer>& answers, SteadyTime now) {
  std::size_t arrived = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (has_arrived(answers[i], asked[i].wanted)) {
      ++arrived;
      continue;
    }
    asked[i].seen = answers[i];
    waiting_.push_back(std::move(asked[i]));
  }
  if (arrived > 0) {
    moved_at_ = now;
  }
  next_at_ = arrived * 2 >= asked.size() ? now : now + pause;
  return arrived;
}

std::vector<AwaitedZone> Transfers::oldest(std::size_t count, SteadyTime now) {
  moved_at_ = now;
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(count, waiting_.size()));
  return {waiting_.begin(), end};
}

void Transfers::forget(const std::unordered_set<dns::Name>& zones) {
  std::erase_if(waiting_, [&](const AwaitedZone& zone) { return zones.contains(zone.name); });
}

std::vector<ZoneFault> Transfers::faults() const {
  std::vector<ZoneFault> faults;
  faults.reserve(waiting_.size());
  for (const AwaitedZone& zone : waiting_) {
    faults.push_back(fault_of(zone));
  }
  return faults;
}

ZoneFault fault_of(const AwaitedZone& zone) {
  ZoneFault fault{.kind = zone.is_present ? ZoneFault::Kind::behind : ZoneFault::Kind::missing,
                  .zone = zone.name,
                  .wanted = zone.wanted};
  if (!zone.seen) {
    fault.reason = "not asked about yet";
    return fault;
  }
  if (const auto* const serial = std::get_if<dns::Serial>(&*zone.seen)) {
    fault.kind = ZoneFault::Kind::behind;
    fault.served = *serial;
    return fault;
  }
  fault.reason = "the nameserver answers: " + std::string(to_text(std::get<SoaFailure>(*zone.seen)));
  return fault;
}

}  // namespace minidns::pool::sync
