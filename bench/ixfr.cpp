// IXFR of one change in zones of three sizes: time from opening the connection until the answer is there, and the
// server's CPU, ours with TSIG; beside it BIND and Knot, which have the change by DNS UPDATE in their journals.
//
//   bench_ixfr [LARGEST] [CHANGES] [unsigned|mdns-signed]
//
// By default 1000000, 60 and unsigned: zones of 1 %, 10 % and all of LARGEST records, counted before signing. Signed
// ones are ours alone; of those also "past": from versions of which mdns has no step in memory any more, each for the
// first time (read from the database, signed again, proven by digests).

#include "bench/drain.hpp"
#include "bench/large_zone.hpp"
#include "bench/measure.hpp"
#include "bench/peers.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/wait.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

namespace minidns::bench {
namespace {

constexpr int repetitions = 500;

/// Of a zone mdns keeps at most so many steps (SnapshotCache::Limits).
constexpr int steps_in_memory = 64;
constexpr int past_requests = 40;

struct Times {
  std::vector<double> first;  ///< the first request for a difference, of processes that slept during the change, ms
  std::vector<double> awake;  ///< the same, just after a request for another difference
  std::vector<double> again;  ///< later ones, as of the second nameserver of a pool, ms
  std::vector<double> past;   ///< from versions that memory doesn't reach back to, ms
  double cpu_us = 0;          ///< of one of the later ones
  double past_cpu_us = 0;
};

struct Server {
  std::string name;
  std::uint16_t port;
  pid_t pid;
  std::optional<harness::KeySpec> key;
};

/// Every second time after another request, so that what waking up costs and what the difference costs can be told
/// apart.
void ask_first(const Server& server, const std::string& zone, std::uint32_t serial, int change, Times& times) {
  const bool awake = change % 2 == 1;
  if (awake) {
    (void)ask_ixfr("127.0.0.1", server.port, zone, server.key, serial - 1);
  }
  const double ms = ask_ixfr("127.0.0.1", server.port, zone, server.key, serial).seconds * 1e3;
  (awake ? times.awake : times.first).push_back(ms);
}

void ask_again(const Server& server, const std::string& zone, std::uint32_t serial, Times& times) {
  const double before = cpu_seconds(server.pid);
  for (int i = 0; i < repetitions; ++i) {
    times.again.push_back(ask_ixfr("127.0.0.1", server.port, zone, server.key, serial).seconds * 1e3);
  }
  times.cpu_us = (cpu_seconds(server.pid) - before) * 1e6 / repetitions;
}

void print(const Server& server, std::size_t records, const Times& times) {
  const auto text = [](const std::vector<double>& list) {
    std::array<char, 64> line{};
    std::snprintf(line.data(), line.size(), "p50 %6.3f p99 %6.3f ms", quantile(list, 0.5), quantile(list, 0.99));
    return std::string(line.data());
  };
  std::printf("%-18s %8zu records: first %s | awake %s | again %s | CPU %6.1f us\n", server.name.c_str(), records,
              text(times.first).c_str(), text(times.awake).c_str(), text(times.again).c_str(), times.cpu_us);
  if (!times.past.empty()) {
    std::printf("%-18s %8zu records: past  %s | CPU %6.1f us\n", "", records, text(times.past).c_str(),
                times.past_cpu_us);
  }
  std::fflush(stdout);
}

/// `serials`: of all versions before the newest, oldest first.
void ask_past(const Server& server, const std::string& zone, const std::vector<std::uint32_t>& serials, Times& times) {
  const double before = cpu_seconds(server.pid);
  for (std::size_t i = 0; i < past_requests; ++i) {
    times.past.push_back(ask_ixfr("127.0.0.1", server.port, zone, server.key, serials[i]).seconds * 1e3);
  }
  times.past_cpu_us = (cpu_seconds(server.pid) - before) * 1e6 / past_requests;
}

void measure_ours(harness::Platform& platform, const LargeZone& zone, int changes) {
  const Server server{"MiniDNS with TSIG", platform.mdns_port(), platform.mdns(1).pid(), platform.transfer_key()};
  create_large_zone(platform, zone);
  wait_until_loaded(platform, zone, 1);
  wait_until_loaded(platform, zone, 2);
  Times times;
  std::vector<std::uint32_t> serials;
  const int changes_in_all = zone.is_signed() ? std::max(changes, steps_in_memory + past_requests) : changes;
  for (int change = 0; change < changes_in_all; ++change) {
    serials.push_back(change_hosts(platform, zone, 1));
    wait_until_loaded(platform, zone, 1);
    if (change < changes) ask_first(server, zone.name, serials.back(), change, times);
  }
  ask_again(server, zone.name, serials.back(), times);
  if (zone.is_signed()) ask_past(server, zone.name, serials, times);
  print(server, zone.records(), times);
}

void update(const Peer& peer, const LargeZone& zone, int change) {
  const auto result =
      harness::run({"nsupdate"}, "server 127.0.0.1 " + std::to_string(peer.port()) + "\nzone " + zone.name +
                                     "\nupdate delete host-1000000." + zone.name + " A\nupdate add host-1000000." +
                                     zone.name + " 3600 A 198.51.100." + std::to_string(change % 250 + 1) + "\nsend\n");
  if (result.status != 0) throw std::runtime_error("nsupdate: " + result.err);
}

void measure_peer(const Peer& peer, const LargeZone& zone, int changes) {
  const Server server{peer.name(), peer.port(), peer.pid(), std::nullopt};
  harness::SoaAsker asker("127.0.0.1", peer.port());
  Times times;
  std::uint32_t serial = 0;
  for (int change = 0; change < changes; ++change) {
    serial = asker.ask(zone.name).value().serial.value();
    update(peer, zone, change);
    const auto has_it = [&] { return asker.ask(zone.name).value().serial != serial; };
    if (!harness::eventually(has_it)) throw std::runtime_error("the update did not come in");
    ask_first(server, zone.name, serial, change, times);
  }
  ask_again(server, zone.name, serial, times);
  print(server, zone.records(), times);
}

int run(std::size_t largest, int changes, Signatures signatures) {
  harness::PlatformOptions options;
  options.bind = options.powerdns = false;
  options.log_level = "info";
  options.mdns_config = "unsigned_queries: {allow: [127.0.0.0/8]}\n";
  harness::Platform platform(options);
  const harness::TempDir folder("ixfr");
  for (const std::size_t records : {largest / 100, largest / 10, largest}) {
    const LargeZone zone{"ixfr-" + std::to_string(records) + ".bench.example.", records / 2, signatures};
    measure_ours(platform, zone, changes);
    if (zone.is_signed()) continue;
    const auto file = folder / zone.name;  // BIND's journal stands beside it
    write_zone_file(file, zone);
    measure_peer(*start_knot(zone.name, file, platform.transfer_key(), Updates::taken), zone, changes);
    measure_peer(*start_bind(zone.name, file, platform.transfer_key(), Updates::taken), zone, changes);
  }
  return 0;
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const auto largest = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const bool is_signed = argc > 3 && std::string(argv[3]) == "mdns-signed";
  using minidns::bench::Signatures;
  return minidns::bench::run(largest, argc > 2 ? std::atoi(argv[2]) : 60,
                             is_signed ? Signatures::by_mdns : Signatures::none);
}
