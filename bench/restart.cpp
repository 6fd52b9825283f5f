// From starting mdns until the first AXFR of a signed zone is there: with its local store, from which it signs nothing
// again, beside one without, which reads the rows and signs them. RECORDS are those of the unsigned zone.
//
//   bench_restart [RECORDS] [ROUNDS]      default 1000000 and 3

#include "bench/drain.hpp"
#include "bench/large_zone.hpp"
#include "bench/measure.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace minidns::bench {
namespace {

struct Restarts {
  std::vector<double> ready;  ///< from starting the program until it says that it is ready, s
  std::vector<double> axfr;   ///< from then until the last octet, s
  std::vector<double> cpu;    ///< of the program in all, s
  double signatures = 0;
  std::uint64_t octets = 0;
};

double since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void restart(harness::Platform& platform, const LargeZone& zone, Restarts& restarts) {
  auto& mdns = platform.mdns(1);
  mdns.stop();
  const auto start = std::chrono::steady_clock::now();
  mdns.start();
  restarts.ready.push_back(since(start));
  const auto drained = drain_axfr("127.0.0.1", platform.mdns_port(), zone.name, platform.transfer_key());
  restarts.axfr.push_back(drained.seconds);
  restarts.cpu.push_back(cpu_seconds(mdns.pid()));
  restarts.signatures = mdns.metric("minidns_mdns_signatures_total");
  restarts.octets = drained.octets;
}

void print(const char* what, const Restarts& restarts) {
  std::printf("%-22s ready %6.3f s  AXFR median %7.3f s  best %7.3f s  CPU median %7.3f s  signatures %8.0f  %.1f MB\n",
              what, quantile(restarts.ready, 0.5), quantile(restarts.axfr, 0.5), quantile(restarts.axfr, 0),
              quantile(restarts.cpu, 0.5), restarts.signatures, static_cast<double>(restarts.octets) / 1e6);
  std::fflush(stdout);
}

int run(const LargeZone& zone, int rounds) {
  harness::PlatformOptions options;
  options.bind = options.powerdns = false;
  options.log_level = "info";
  options.mdns_config = "unsigned_queries: {allow: [127.0.0.0/8]}\n";
  harness::Platform platform(options);
  create_large_zone(platform, zone);
  wait_until_loaded(platform, zone, 1);
  platform.mdns(2).stop();
  std::printf("%zu records\n", zone.records());

  Restarts anew;
  for (int round = 0; round < rounds; ++round) restart(platform, zone, anew);
  print("without, signed anew", anew);

  auto& mdns = platform.mdns(1);
  const auto config = harness::read_file(mdns.config_file());
  harness::write_file(mdns.config_file(), config + "store: {path: " + platform.folder() + "/store}\n");
  Restarts filling;
  restart(platform, zone, filling);  // fills it
  Restarts stored;
  for (int round = 0; round < rounds; ++round) restart(platform, zone, stored);
  print("from the local store", stored);
  return 0;
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const auto records = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  using namespace minidns::bench;
  return run(signed_zone(records, Signatures::by_mdns), argc > 2 ? std::atoi(argv[2]) : 3);
}
