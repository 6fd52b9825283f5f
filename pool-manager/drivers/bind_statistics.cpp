#include "pool-manager/drivers/bind_statistics.hpp"

#include "pool-manager/drivers/zone_list.hpp"

#include <memory>
#include <string_view>
#include <utility>

namespace minidns::pool {
namespace {

constexpr std::string_view zone_list_target = "/json/v1/zones";
constexpr unsigned http_ok = 200;

}  // namespace

BindStatistics::BindStatistics(const boost::asio::any_io_executor& executor,
                               const boost::asio::ip::tcp::endpoint& channel, std::string view,
                               const HttpLimits& limits)
    : http_(executor, channel, std::nullopt, limits), view_(std::move(view)) {}

DriverTask<std::vector<ListedZone>> BindStatistics::list_zones() {
  const auto parser = std::make_shared<ZoneListParser>(ZoneListFormat{ZoneListFormat::Kind::bind, view_});
  const HttpSink sink = [parser](std::string_view piece) { return parser->add(piece); };
  const DriverResult<HttpResponse> response = co_await http_.stream(std::string(zone_list_target), sink);
  if (!response) {
    co_return response.error();
  }
  if (response->status != http_ok) {
    co_return DriverError{DriverErrc::protocol, "statistics channel: HTTP status " + std::to_string(response->status)};
  }
  co_return std::move(*parser).finish();
}

}  // namespace minidns::pool
