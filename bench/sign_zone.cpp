// Full signing of a zone (NSEC, KSK and ZSK): ours from records in memory to what mdns serves, with one thread and with
// two, and with dummies in place of signatures; beside it ldns-signzone, dnssec-signzone and kzonesign, from file to
// file, with the same keys and the same zone, and `openssl speed`.
//
//   bench_sign_zone [RECORDS] [ALGORITHM] [ROUNDS]      default 1000000 ECDSAP256SHA256 1

#include "bench/measure.hpp"
#include "bench/openssl_speed.hpp"
#include "bench/zone_signing_tools.hpp"
#include "bench/zone_to_sign.hpp"
#include "mdns/signing/crypto_threads.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace minidns::bench {
namespace {

constexpr std::uint32_t buckets = 64;  // as central gives to a zone of this size
constexpr int openssl_s = 2;

struct Run {
  Spent spent;
  std::size_t signatures = 0;
  std::shared_ptr<const dns::ZoneSnapshot> zone;
};

Run sign(const ZoneToSign& zone, const ZoneKeys& keys, CountingSigner::Makes makes, const dnssec::Executor& executor) {
  const auto [inputs, signer] = keys.inputs(zone, buckets, makes);
  auto rrsets = zone.rrsets();
  Run run;
  const double before = process_cpu_seconds();
  const auto start = std::chrono::steady_clock::now();
  run.zone = sign_whole(zone, std::move(rrsets), inputs, executor);
  run.spent = {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
               process_cpu_seconds() - before};
  run.signatures = signer->count() + 1;  // the KSK's
  return run;
}

void print(const std::string& who, const Spent& spent, std::size_t signatures, double openssl) {
  const double rate = static_cast<double>(signatures) / spent.cpu_s;
  std::printf("%-26s %8.2f s  CPU %8.2f s  %8.0f signatures/CPU s  %5.2f x openssl speed\n", who.c_str(), spent.seconds,
              spent.cpu_s, rate, rate / openssl);
  std::fflush(stdout);
}

void print_memory(const dns::ZoneSnapshot& zone) {
  const auto octets = static_cast<double>(zone.octets());
  const auto wire = static_cast<double>(zone.transfer_octets());
  std::printf("  signed: %zu records, %.1f MB in memory, %.1f MB to transfer: %.3f x\n", zone.record_count(),
              octets / 1e6, wire / 1e6, octets / wire);
}

void run_round(const ZoneToSign& zone, const ZoneKeys& keys, const std::vector<SigningTool>& tools) {
  using Makes = CountingSigner::Makes;
  const double openssl = openssl_speed(keys.algorithm(), openssl_s);
  std::printf("openssl speed: %.0f signatures/s of one thread\n", openssl);
  mdns::CryptoThreads one_more(1);
  const auto two = sign(zone, keys, Makes::signatures, one_more.executor());
  print("MiniDNS, two threads", two.spent, two.signatures, openssl);
  print_memory(*two.zone);
  const auto one = sign(zone, keys, Makes::signatures, dnssec::run_inline());
  print("MiniDNS, one thread", one.spent, one.signatures, openssl);
  const auto dummies = sign(zone, keys, Makes::dummies, dnssec::run_inline());
  std::printf("  of that all but the signatures: CPU %.2f s, %.2f us for each\n", dummies.spent.cpu_s,
              dummies.spent.cpu_s * 1e6 / static_cast<double>(dummies.signatures));
  for (const auto& tool : tools) {
    const auto spent = run_tool(tool);
    print(tool.name, spent, two.signatures, openssl);
    std::printf("  its time / ours with two threads: %.2f; its CPU / ours: %.2f\n", spent.seconds / two.spent.seconds,
                spent.cpu_s / two.spent.cpu_s);
  }
}

int run(std::size_t records, dnssec::Algorithm algorithm, int rounds) {
  const ZoneToSign zone(records);
  const ZoneKeys keys(zone, algorithm);
  const auto tools = prepare_tools(zone, keys);
  std::printf("%zu records, %zu names, %s\n", zone.records(), zone.hosts() + 1,
              std::string(to_text(algorithm)).c_str());
  for (int round = 0; round < rounds; ++round) run_round(zone, keys, tools);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const auto records = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const auto algorithm = minidns::dnssec::algorithm_from_text(argc > 2 ? argv[2] : "ECDSAP256SHA256").value();
  return minidns::bench::run(records, algorithm, argc > 3 ? std::atoi(argv[3]) : 1);
}
