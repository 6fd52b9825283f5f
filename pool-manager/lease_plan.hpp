#pragma once

#include "base/ids.hpp"
#include "storage/nameserver_leases.hpp"

#include <cstddef>
#include <vector>

namespace minidns::pool {

struct LeasePlan {
  std::vector<NameserverId> acquire;
  std::vector<NameserverId> release;
};

/// How many of `nameservers` the manager of rank `rank` among `managers` works for: as even as it gets, and the shares
/// add up to all of them.
[[nodiscard]] std::size_t lease_share(std::size_t nameservers, std::size_t managers, std::size_t rank);

/// What `me` should take and give back so that the managers share the nameservers evenly. Pure; every manager comes to
/// a plan that fits the others' as soon as they see the same table, and until then a lease still has one holder only.
/// A nameserver that is not in the table any more (retired, in maintenance) is not in the plan either: whoever holds it
/// stops.
[[nodiscard]] LeasePlan plan_leases(const storage::LeaseTable& table, InstanceId me);

}  // namespace minidns::pool
