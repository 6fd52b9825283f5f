#include "api/http_metrics.hpp"

#include <algorithm>
#include <string>

namespace minidns::api {

HttpMetrics::HttpMetrics(Metrics& metrics)
    : connections_(metrics.gauge("minidns_central_http_connections", "Open connections of API clients")),
      refused_(metrics.counter("minidns_central_http_connections_refused_total",
                               "Connections that were closed because there were too many")) {
  for (const Route& route : routes()) {
    rows_.push_back(make_row(metrics, route.pattern, to_text(route.method)));
  }
  rows_.push_back(make_row(metrics, "none", to_text(Method::other)));
}

void HttpMetrics::count_request(const Route* route, int status, std::chrono::nanoseconds time) const {
  const std::size_t at = route == nullptr ? rows_.size() - 1 : static_cast<std::size_t>(route - routes().data());
  const Row& row = rows_.at(at);
  row.by_class.at(static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1)).increment();
  row.seconds.observe(time);
}

HttpMetrics::Row HttpMetrics::make_row(Metrics& metrics, std::string_view route, std::string_view method) {
  const auto counter = [&](const char* status_class) {
    return metrics.counter("minidns_central_http_requests_total", "Requests of API clients",
                           {{"route", std::string(route)}, {"method", std::string(method)}, {"code", status_class}});
  };
  return {{counter("1xx"), counter("2xx"), counter("3xx"), counter("4xx"), counter("5xx")},
          metrics.histogram("minidns_central_http_request_seconds", "From a whole request to its answer",
                            latency_bounds_s(), {{"route", std::string(route)}, {"method", std::string(method)}})};
}

}  // namespace minidns::api
