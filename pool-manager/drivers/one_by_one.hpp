#pragma once

#include "pool-manager/drivers/driver.hpp"

#include <functional>
#include <vector>

namespace minidns::pool {

/// Makes the coroutine that does one zone; not a coroutine itself, since its captures would not live long enough.
using ZoneAction = std::function<DriverTask<void>(dns::Name)>;

/// Does `action` for each zone in turn, for servers that have no batches, as long as `permit` says yes; it is asked
/// before each. After an error by which the server is lost (`loss`), the remaining zones fail with the same error,
/// untried.
[[nodiscard]] boost::asio::awaitable<ZoneResults> one_by_one(std::vector<dns::Name> zones, ZoneAction action,
                                                             std::function<bool()> permit);

}  // namespace minidns::pool
