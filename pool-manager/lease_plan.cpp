#include "pool-manager/lease_plan.hpp"

#include <algorithm>

namespace minidns::pool {
namespace {

std::size_t rank_of(const std::vector<InstanceId>& managers, InstanceId me) {
  return static_cast<std::size_t>(std::ranges::lower_bound(managers, me) - managers.begin());
}

}  // namespace

std::size_t lease_share(std::size_t nameservers, std::size_t managers, std::size_t rank) {
  return nameservers / managers + (rank < nameservers % managers ? 1 : 0);
}

LeasePlan plan_leases(const storage::LeaseTable& table, InstanceId me) {
  std::vector<NameserverId> mine;
  std::vector<NameserverId> free;
  for (const storage::LeaseState& lease : table.leases) {
    if (lease.holder == me) {
      mine.push_back(lease.nameserver);
    } else if (!lease.holder || lease.expired) {
      free.push_back(lease.nameserver);
    }
  }
  const std::size_t managers = std::max<std::size_t>(table.managers.size(), 1);
  const std::size_t share = lease_share(table.leases.size(), managers, rank_of(table.managers, me));

  LeasePlan plan;
  if (mine.size() > share) {
    plan.release.assign(mine.begin() + static_cast<std::ptrdiff_t>(share), mine.end());
  } else {
    const std::size_t take = std::min(share - mine.size(), free.size());
    plan.acquire.assign(free.begin(), free.begin() + static_cast<std::ptrdiff_t>(take));
  }
  return plan;
}

}  // namespace minidns::pool
