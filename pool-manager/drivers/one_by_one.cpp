#include "pool-manager/drivers/one_by_one.hpp"

#include "pool-manager/drivers/failure.hpp"

#include <optional>

namespace minidns::pool {

boost::asio::awaitable<ZoneResults> one_by_one(std::vector<dns::Name> zones, ZoneAction action,
                                               std::function<bool()> permit) {
  ZoneResults results;
  results.reserve(zones.size());
  std::optional<DriverError> lost;
  for (const dns::Name& zone : zones) {
    if (!lost && !permit()) {
      lost = withheld();
    }
    if (lost) {
      results.emplace_back(*lost);
    } else {
      results.push_back(co_await action(zone));
      lost = loss(results.back());
    }
  }
  co_return results;
}

}  // namespace minidns::pool
