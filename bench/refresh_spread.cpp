// How evenly refresh versions come, by simulated time: many zones that were signed at the same moment, over one period.
// Only the rule is asked (dnssec/zone/slot.hpp); no peer.
//
//   bench_refresh_spread [ZONES]      default 1000000

#include "bench/measure.hpp"
#include "dns/name.hpp"
#include "dnssec/zone/slot.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace minidns::bench {
namespace {

constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t period_s = 7 * day_s;
constexpr std::int64_t start_s = 1'790'000'000;

/// Refresh versions in each second of a period.
std::vector<double> versions_by_second(std::size_t zones, std::uint32_t buckets) {
  std::vector<double> seconds(period_s);
  for (std::size_t zone = 0; zone < zones; ++zone) {
    const auto apex = dns::Name::from_text("zone-" + std::to_string(zone) + ".example.").value();
    const auto rule = dnssec::SlotRule::make(apex, {period_s, 3 * period_s, day_s, buckets}).value();
    for (auto due = rule.next_due_s(start_s); due < start_s + period_s; due = rule.next_due_s(due)) {
      seconds[static_cast<std::size_t>(due - start_s)] += 1;
    }
  }
  return seconds;
}

void print(const char* unit, std::size_t unit_s, const std::vector<double>& seconds) {
  std::vector<double> sums(seconds.size() / unit_s);
  double all = 0;
  for (std::size_t at = 0; at < seconds.size(); ++at) {
    sums[at / unit_s] += seconds[at];
    all += seconds[at];
  }
  const double expected = all / static_cast<double>(sums.size());
  std::printf(
      "  %-10s min %7.0f  median %7.0f  max %7.0f  expected %9.1f  (deviation by chance %.1f)  max/expected %.3f\n",
      unit, quantile(sums, 0), quantile(sums, 0.5), quantile(sums, 1), expected, std::sqrt(expected),
      quantile(sums, 1) / expected);
}

void measure(std::size_t zones, std::uint32_t buckets) {
  const auto seconds = versions_by_second(zones, buckets);
  std::printf("%zu zones of %u bucket%s, refresh versions within a period of 7 days, by\n", zones, buckets,
              buckets == 1 ? "" : "s");
  print("day", day_s, seconds);
  print("hour", 3600, seconds);
  print("minute", 60, seconds);
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const auto zones = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  minidns::bench::measure(zones, 1);
  minidns::bench::measure(zones / 100, 8);
  minidns::bench::measure(zones / 1000, 64);
  return EXIT_SUCCESS;
}
