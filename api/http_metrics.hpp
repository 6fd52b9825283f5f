#pragma once

#include "api/routes.hpp"
#include "base/metrics.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <vector>

namespace minidns::api {

/// Counts requests by route, method and class of status, and times them. The handles are made once: a request costs no
/// lookup by name. Safe on every thread.
class HttpMetrics {
 public:
  explicit HttpMetrics(Metrics& metrics);

  /// `route` is null for what found none, down to what was no HTTP. `time`: from the whole request to its answer.
  void count_request(const Route* route, int status, std::chrono::nanoseconds time) const;

  void connection_opened() const { connections_.add(1); }
  void connection_closed() const { connections_.add(-1); }
  void connection_refused() const { refused_.increment(); }

 private:
  struct Row {
    std::array<Counter, 5> by_class;  ///< 1xx to 5xx
    Histogram seconds;
  };
  [[nodiscard]] static Row make_row(Metrics& metrics, std::string_view route, std::string_view method);

  std::vector<Row> rows_;  ///< one per route, and the last for none
  Gauge connections_;
  Counter refused_;
};

}  // namespace minidns::api
