#include "base/metrics.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace minidns {
namespace {

using namespace std::chrono_literals;

TEST(Metrics, RendersWhatWasCounted) {
  Metrics metrics;
  const Counter counter = metrics.counter("minidns_test_queries_total", "Queries.", {{"type", "soa"}});
  counter.increment();
  counter.increment(2);
  metrics.gauge("minidns_test_zones", "Zones.").set(5);
  metrics.histogram("minidns_test_wait_seconds", "Waits.", {0.1, 1}).observe(500ms);
  const std::string text = metrics.render();
  EXPECT_NE(text.find("minidns_test_queries_total{type=\"soa\"} 3"), std::string::npos) << text;
  EXPECT_NE(text.find("minidns_test_zones 5"), std::string::npos) << text;
  EXPECT_NE(text.find("minidns_test_wait_seconds_bucket{le=\"0.1\"} 0"), std::string::npos) << text;
  EXPECT_NE(text.find("minidns_test_wait_seconds_bucket{le=\"1\"} 1"), std::string::npos) << text;
}

TEST(Metrics, GivesTheSameHandleForTheSameNameAndLabels) {
  Metrics metrics;
  metrics.counter("minidns_test_a_total", "A.", {{"k", "1"}}).increment();
  metrics.counter("minidns_test_a_total", "A.", {{"k", "1"}}).increment();
  metrics.counter("minidns_test_a_total", "A.", {{"k", "2"}}).increment();
  const std::string text = metrics.render();
  EXPECT_NE(text.find("minidns_test_a_total{k=\"1\"} 2"), std::string::npos) << text;
  EXPECT_NE(text.find("minidns_test_a_total{k=\"2\"} 1"), std::string::npos) << text;
}

TEST(Metrics, LatencyBoundsRise) {
  EXPECT_TRUE(std::ranges::is_sorted(latency_bounds_s()));
  EXPECT_EQ(latency_bounds_s().front(), 0.0005);
  EXPECT_EQ(latency_bounds_s().back(), 60);
}

}  // namespace
}  // namespace minidns
