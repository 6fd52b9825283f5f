// Keeping many zones right on four nameservers, two BIND and two PowerDNS: what comparisons cost, how soon a burst is
// visible, what a held snapshot and an absence cost.
//
//   bench_reconcile sweep [ZONES] [SWEEPS]                  default 100000 and 10
//   bench_reconcile pacing [ZONES] [CHANGES]                default 100000 and 100
//   bench_reconcile burst [ZONES] [CREATED]                 default 100000 and 1000
//   bench_reconcile maintenance [ZONES] [CHANGES]           default 100000 and 1000
//   bench_reconcile all [ZONES]                             these four, on the same servers
//   bench_reconcile snapshot [ZONES] [PER_SECOND] [SECONDS] default 100000, 20 and 600
//   bench_reconcile simulation [ZONES]                      default 1000000
#include "bench/reconcile.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

namespace minidns::bench {
namespace {

std::size_t number(const std::vector<std::string>& words, std::size_t which, std::size_t otherwise) {
  return words.size() > which ? std::stoull(words[which]) : otherwise;
}

constexpr int sweeps = 10;
constexpr int changes_paced = 100;
constexpr int created = 1000;
constexpr int changes_missed = 1000;

void run_all(Fleet& fleet) {
  measure_burst(fleet, created);
  measure_maintenance(fleet, changes_missed);
  measure_pacing(fleet, changes_paced);
  measure_sweeps(fleet, sweeps);
}

bool run(const std::vector<std::string>& words) {
  const std::string& what = words.at(0);
  const std::size_t zones = number(words, 1, what == "simulation" ? 1'000'000 : 100'000);
  const auto argument = [&](std::size_t which, int otherwise) {
    return static_cast<int>(number(words, which, static_cast<std::size_t>(otherwise)));
  };
  if (what == "simulation") {
    measure_simulation(zones);
    return true;
  }
  Fleet fleet(zones, "sweep_interval: 24h\n");
  if (what == "sweep") {
    measure_sweeps(fleet, argument(2, sweeps));
  } else if (what == "pacing") {
    measure_pacing(fleet, argument(2, changes_paced));
  } else if (what == "burst") {
    measure_burst(fleet, argument(2, created));
  } else if (what == "maintenance") {
    measure_maintenance(fleet, argument(2, changes_missed));
  } else if (what == "snapshot") {
    measure_snapshot(fleet, argument(2, 20), argument(3, 600));
  } else if (what == "all") {
    run_all(fleet);
  } else {
    return false;
  }
  return true;
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  try {
    if (argc > 1 && minidns::bench::run({argv + 1, argv + argc})) return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_reconcile: %s\n", error.what());
    return 1;
  }
  std::fprintf(stderr, "bench_reconcile sweep|pacing|burst|maintenance|all|snapshot|simulation [ZONES] …\n");
  return 2;
}
