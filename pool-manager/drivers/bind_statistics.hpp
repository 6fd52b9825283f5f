#pragma once

#include "pool-manager/drivers/driver.hpp"
#include "pool-manager/drivers/http_client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <vector>

namespace minidns::pool {

/// BIND's statistics channel (named.conf `statistics-channels { inet … }`; JSON, so a named built with json-c, as
/// Debian's is): the zones that it has.
class BindStatistics {
 public:
  BindStatistics(const boost::asio::any_io_executor& executor, const boost::asio::ip::tcp::endpoint& channel,
                 std::string view, const HttpLimits& limits = {});

  /// As Driver::list_zones.
  [[nodiscard]] DriverTask<std::vector<ListedZone>> list_zones();

 private:
  HttpClient http_;
  const std::string view_;
};

}  // namespace minidns::pool
