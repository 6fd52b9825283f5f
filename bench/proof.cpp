// What the proof of a nameserver costs us: SOA and signature of a zone, and a zone's content per record, from a real
// Knot; and beside them the same done by dig, which is what a person would do.
//
//   bench_proof [RECORDS] [QUESTIONS] [ROUNDS]     default: 1000000 100000 3
//
// RECORDS are those of the zone with its signatures (made up, of the right size).

#include "base/clock.hpp"
#include "bench/large_zone.hpp"
#include "bench/measure.hpp"
#include "bench/peers.hpp"
#include "dnssec/zone/digest.hpp"
#include "pool-manager/drivers/soa_probe.hpp"
#include "pool-manager/proof/transfer_client.hpp"
#include "tests/interop/drivers_run.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <unistd.h>
#include <vector>

namespace minidns::bench {
namespace {

namespace asio = boost::asio;

/// Zones that the prober asks for at a time.
constexpr std::size_t batch = 32;
/// dig makes a socket for each question; so many give its cost.
constexpr std::size_t questions_of_dig = 2000;
constexpr double zones = 100'000;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

const asio::ip::address loopback = asio::ip::make_address("127.0.0.1");

void print_questions(const char* who, std::size_t questions, double seconds, double cpu, double server_cpu) {
  const auto count = static_cast<double>(questions);
  std::printf("%-34s %7zu questions %8.3f s %9.0f questions/s  for 100,000 zones: CPU %7.2f s (nameserver's %6.2f s)\n",
              who, questions, seconds, count / seconds, cpu * zones / count, server_cpu * zones / count);
  std::fflush(stdout);
}

void ask_ours(const Peer& server, const dns::Name& zone, std::size_t questions) {
  asio::io_context io;
  pool::SoaProbe probe(io.get_executor(), {loopback, server.port()});
  const double cpu = process_cpu_seconds();
  const double server_cpu = cpu_seconds(server.pid());
  const auto begin = std::chrono::steady_clock::now();
  std::size_t signed_answers = 0;
  for (std::size_t asked = 0; asked < questions; asked += batch) {
    const auto answers = pool::test::run(io, probe.ask_signed(std::vector<dns::Name>(batch, zone)));
    signed_answers += static_cast<std::size_t>(
        std::ranges::count_if(answers, [](const auto& answer) { return answer.signature.has_value(); }));
  }
  print_questions("MiniDNS: SOA with its RRSIG", questions, seconds_since(begin), process_cpu_seconds() - cpu,
                  cpu_seconds(server.pid()) - server_cpu);
  if (signed_answers < questions) std::printf("  only %zu answers had a signature\n", signed_answers);
}

void ask_by_dig(const Peer& server, const std::string& zone) {
  const harness::TempDir folder("proof");
  std::string lines;
  for (std::size_t i = 0; i < questions_of_dig; ++i) lines += zone + " SOA +dnssec +norecurse +short\n";
  harness::write_file(folder / "questions", lines);
  const double cpu = children_cpu_seconds();
  const double server_cpu = cpu_seconds(server.pid());
  const auto begin = std::chrono::steady_clock::now();
  (void)harness::run({"dig", "@127.0.0.1", "-p", std::to_string(server.port()), "-f", folder / "questions"});
  print_questions("dig -f: the same", questions_of_dig, seconds_since(begin), children_cpu_seconds() - cpu,
                  cpu_seconds(server.pid()) - server_cpu);
}

struct Content {
  double seconds, cpu, server_cpu;
};

void print_content(const char* who, const LargeZone& zone, const Content& least, const char* more) {
  const auto records = static_cast<double>(zone.records());
  std::printf("%-34s %9.0f records %8.3f s %9.0f records/s  CPU per record %6.3f us (nameserver's %6.3f us)%s\n", who,
              records, least.seconds, records / least.seconds, least.cpu / records * 1e6,
              least.server_cpu / records * 1e6, more);
  std::fflush(stdout);
}

template <class Work, class Cpu>
Content least_of(const Peer& server, int rounds, Cpu own_cpu, Work work) {
  Content least{1e9, 1e9, 1e9};
  for (int round = 0; round < rounds; ++round) {
    const double cpu = own_cpu();
    const double server_cpu = cpu_seconds(server.pid());
    const auto begin = std::chrono::steady_clock::now();
    work();
    least.seconds = std::min(least.seconds, seconds_since(begin));
    least.cpu = std::min(least.cpu, own_cpu() - cpu);
    least.server_cpu = std::min(least.server_cpu, cpu_seconds(server.pid()) - server_cpu);
  }
  return least;
}

void sum_up_ours(const Peer& server, const LargeZone& zone, int rounds) {
  const SystemClock clock;
  const auto key = dnssec::DigestKey::from_secret(Secret(Bytes(32, 7))).value();
  const pool::TransferBounds bounds{.size = {.octets_max = std::uint64_t{4} << 30U, .records_max = 1'000'000'000},
                                    .whole = std::chrono::minutes(10)};
  asio::io_context io;
  const double before = resident_mib(getpid());
  std::uint64_t records = 0;
  double most = before;
  const Content least = least_of(server, rounds, process_cpu_seconds, [&] {
    const auto sum =
        pool::test::run(io, pool::sum_up_zone(io.get_executor(), {loopback, server.port(), nullptr},
                                              dns::Name::from_text(zone.name).value(), &key, bounds, &clock));
    if (!sum) {
      std::printf("the transfer failed: %s\n", sum.error().detail.c_str());
      std::exit(1);
    }
    records = sum->records;
    most = std::max(most, resident_mib(getpid()));
  });
  char more[100];
  std::snprintf(more, sizeof more, ", memory +%.1f MiB, %llu summed up", most - before,
                static_cast<unsigned long long>(records));
  print_content("MiniDNS: AXFR and its digest", zone, least, more);
}

void sum_up_by(const char* who, const Peer& server, const LargeZone& zone, int rounds, const std::string& pipeline) {
  const Content least = least_of(server, rounds, children_cpu_seconds, [&] {
    // Counted too, so that a transfer that fails is no fast one.
    const auto result = harness::run({"bash", "-c",
                                      "set -o pipefail; dig @127.0.0.1 -p " + std::to_string(server.port()) +
                                          " +noall +answer " + zone.name + " AXFR | tee >(wc -l >&2) " + pipeline},
                                     {}, std::chrono::minutes(10));
    const auto lines = std::strtoull(result.err.c_str(), nullptr, 10);
    if (result.status != 0 || lines < zone.records()) {
      std::printf("%s: failed after %llu records: %s\n", who, lines, result.out.c_str());
    }
  });
  print_content(who, zone, least, "");
}

/// Of the size of a P-256 signature.
std::string soa_signature(const std::string& zone) {
  return zone + " 3600 IN RRSIG SOA 13 2 3600 20361215000000 20261101000000 12345 " + zone + " " +
         to_base64(Bytes(64, 9)) + "\n";
}

int run(std::size_t records, std::size_t questions, int rounds) {
  const harness::TempDir folder("proof");
  const harness::KeySpec key{"k.", "hmac-sha256", "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"};
  const auto small = signed_zone(100, Signatures::made_up);
  write_zone_file(folder / "small", small);
  harness::write_file(folder / "small", harness::read_file(folder / "small") + soa_signature(small.name));
  const auto questioned = start_knot(small.name, folder / "small", key);
  ask_ours(*questioned, dns::Name::from_text(small.name).value(), questions);
  ask_by_dig(*questioned, small.name);

  const auto zone = signed_zone(records / 3, Signatures::made_up);
  write_zone_file(folder / "zone", zone);
  const auto knot = start_knot(zone.name, folder / "zone", key);
  sum_up_ours(*knot, zone, rounds);
  sum_up_by("dig AXFR > /dev/null", *knot, zone, rounds, "> /dev/null");
  sum_up_by("dig AXFR | sort | sha256sum", *knot, zone, rounds, "| LC_ALL=C sort | sha256sum");
  return 0;
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const auto number = [&](int at, unsigned long long fallback) {
    return argc > at ? std::strtoull(argv[at], nullptr, 10) : fallback;
  };
  return minidns::bench::run(number(1, 1'000'000), number(2, 100'000), static_cast<int>(number(3, 3)));
}
