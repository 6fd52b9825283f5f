// AXFR of one large unsigned zone with TSIG: records per second and server CPU, ours and the peers', same client, same
// zone, same run.
//
//   bench/axfr [RECORDS] [ROUNDS]        default 1000000 and 5

#include "bench/drain.hpp"
#include "bench/measure.hpp"
#include "bench/peers.hpp"
#include "bench/zone_file.hpp"
#include "tests/harness/platform.hpp"
#include "tests/harness/wait.hpp"

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace minidns::bench {
namespace {

constexpr const char* zone = "axfr.bench.example.";

struct Figures {
  Drained last;
  double seconds = 0;  ///< median of the rounds
  double cpu = 0;      ///< server CPU seconds, mean of the rounds
};

Figures measure(const std::string& address, std::uint16_t port, pid_t server, const harness::KeySpec& key, int rounds) {
  Figures figures;
  std::vector<double> seconds;
  const auto before = cpu_seconds(server);
  for (int round = 0; round < rounds; ++round) {
    figures.last = drain_axfr(address, port, zone, key);
    seconds.push_back(figures.last.seconds);
  }
  figures.cpu = (cpu_seconds(server) - before) / rounds;
  figures.seconds = quantile(seconds, 0.5);
  return figures;
}

void print(const std::string& who, const Figures& figures, double memory_mib) {
  const auto records = static_cast<double>(figures.last.records);
  std::printf("%-22s %9.0f records %7.1f MB %6llu messages  %7.3f s %10.0f records/s  %6.3f CPU s  %6.0f MiB\n",
              who.c_str(), records, static_cast<double>(figures.last.octets) / 1e6,
              static_cast<unsigned long long>(figures.last.messages), figures.seconds, records / figures.seconds,
              figures.cpu, memory_mib);
  std::fflush(stdout);
}

/// The import is announced when it has been committed; mdns then loads the zone.
void wait_for_zone(harness::Platform& platform, std::size_t records) {
  const auto whole = [&] {
    return drain_axfr("127.0.0.1", platform.mdns_port(), zone, platform.transfer_key()).records >= records;
  };
  const auto start = std::chrono::steady_clock::now();
  if (!harness::eventually(whole, std::chrono::minutes(2))) throw std::runtime_error("mdns does not serve the import");
  const std::chrono::duration<double> loading = std::chrono::steady_clock::now() - start;
  std::printf("from the end of the import until mdns has transferred it once: %.1f s\n", loading.count());
}

void run_ours(harness::Platform& platform, int rounds) {
  auto& mdns = platform.mdns(1);
  const auto& key = platform.transfer_key();
  const auto warm = measure("127.0.0.1", platform.mdns_port(), mdns.pid(), key, rounds);
  print("MiniDNS", warm, resident_mib(mdns.pid()));
}

void run_peer(const Peer& peer, const harness::KeySpec& key, int rounds) {
  const auto figures = measure("127.0.0.1", peer.port(), peer.pid(), key, rounds);
  print(peer.name(), figures, resident_mib(peer.pid()));
}

int run(std::size_t records, int rounds) {
  const harness::TempDir folder("axfr");
  const auto file = folder / "zone";
  write_zone_file(file, zone, records);

  harness::PlatformOptions options;
  options.bind = options.powerdns = false;
  harness::Platform platform(options);
  const auto start = std::chrono::steady_clock::now();
  platform.central_command(
      {"zone", "import", file, "--zone", zone, "--project", "bench", "--email", "a@bench.example"});
  const auto import_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("import of %zu records into PostgreSQL: %.1f s\n", records, import_s);
  wait_for_zone(platform, records);
  run_ours(platform, rounds);

  const auto& key = platform.transfer_key();
  run_peer(*start_knot(zone, file, key), key, rounds);
  run_peer(*start_nsd(zone, file, key), key, rounds);
  run_peer(*start_bind(zone, file, key), key, rounds);
  return 0;
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const auto records = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const auto rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  return minidns::bench::run(records, rounds);
}
