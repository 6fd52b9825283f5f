// SOA queries by UDP, unsigned, from memory: answers per second, ours and the peers', each server on processor 0, the
// client on processor 1; one client thread and several; and the server's CPU for one answer.
//
//   bench_soa [SECONDS]     default 3, for each figure

#include "bench/large_zone.hpp"
#include "bench/measure.hpp"
#include "bench/peers.hpp"
#include "bench/query_load.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace minidns::bench {
namespace {

constexpr int server_processor = 0;
constexpr int client_processor = 1;
constexpr int rounds = 3;

/// A process and its children: NSD answers in one of them.
void pin_family(pid_t server) {
  for (const auto pid : with_descendants(server)) pin_process(pid, server_processor);
}

void measure(const std::string& who, pid_t server, std::uint16_t port, const std::string& zone, int seconds) {
  pin_family(server);
  for (const int threads : {1, 4}) {
    std::vector<double> rates;
    std::vector<double> cpu_us;
    for (int round = 0; round < rounds; ++round) {
      const auto before = cpu_seconds(server);
      const QueryLoad load{port, zone, threads, 32, std::chrono::milliseconds(1000 * seconds / rounds)};
      const auto rate = run_load(load);
      rates.push_back(rate);
      cpu_us.push_back((cpu_seconds(server) - before) * 1e6 / (rate * seconds / rounds));
    }
    std::printf("%-10s %d client thread%s %9.0f answers/s (best of %d %9.0f)  CPU %5.2f us each (least %5.2f)\n",
                who.c_str(), threads, threads == 1 ? ", " : "s,", quantile(rates, 0.5), rounds, quantile(rates, 1),
                quantile(cpu_us, 0.5), quantile(cpu_us, 0));
    std::fflush(stdout);
  }
}

int run(int seconds) {
  const harness::TempDir folder("soa");
  const auto file = folder / "zone";
  const LargeZone zone{"soa.bench.example.", 100};
  write_zone_file(file, zone);
  harness::PlatformOptions options;
  options.bind = options.powerdns = false;
  options.log_level = "info";
  options.mdns_config = "unsigned_queries: {allow: [127.0.0.0/8]}\n";
  harness::Platform platform(options);
  create_large_zone(platform, zone);
  wait_until_loaded(platform, zone, 1);
  pin_self(client_processor);
  const auto& key = platform.transfer_key();
  measure("MiniDNS", platform.mdns(1).pid(), platform.mdns_port(), zone.name, seconds);
  const auto peer = [&](const std::unique_ptr<Peer>& server) {
    measure(server->name(), server->pid(), server->port(), zone.name, seconds);
  };
  peer(start_nsd(zone.name, file, key));
  peer(start_knot(zone.name, file, key));
  peer(start_bind(zone.name, file, key));
  peer(start_powerdns(zone.name, file, key));
  measure("MiniDNS", platform.mdns(1).pid(), platform.mdns_port(), zone.name, seconds);
  return 0;
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  return minidns::bench::run(argc > 1 ? std::atoi(argv[1]) : 3);
}
