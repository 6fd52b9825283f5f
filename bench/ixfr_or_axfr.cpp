// Where a difference isn't worth sending: what applying one costs a secondary (time until it answers with the new
// serial, and its CPU), beside a full transfer of the same zone in the same run, for BIND, Knot and NSD. mdns sends the
// whole zone from half of its octets on (difference_octets_max).
//
//   bench_ixfr_or_axfr [RECORDS]      default 200000

#include "bench/large_zone.hpp"
#include "bench/measure.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/knot_server.hpp"
#include "tests/harness/nsd_server.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

namespace minidns::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::minutes limit{2};
/// Between questions: they cost the secondary's CPU, too.
constexpr std::chrono::milliseconds pause{2};

/// A secondary, and how it is told to ask for a difference or for the whole zone.
struct Subject {
  std::string name;
  harness::Secondary& server;
  std::function<harness::CommandResult()> refresh;
  std::function<harness::CommandResult()> retransfer;
};

struct Cost {
  double seconds;
  double cpu;
  double octets;  ///< that mdns sent
};

class Bench {
 public:
  explicit Bench(std::size_t records) : zone_{"share.bench.example.", records / 2}, platform_(options()) {
    create_large_zone(platform_, zone_);
    wait_until_loaded(platform_, zone_, 1);
  }

  void run(const Subject& subject) {
    subject.server.add_zone(zone_.name, {{"127.0.0.1", platform_.mdns_port(), platform_.transfer_key().name}});
    (void)until_served(subject, steady_clock::now());
    const Cost whole = cost_of(subject, 1, subject.retransfer);
    print(subject, "whole zone", whole, whole);
    for (const double percent : {0.1, 1.0, 5.0, 10.0, 15.0, 20.0}) {
      const auto hosts = static_cast<std::size_t>(static_cast<double>(zone_.hosts) * percent / 100);
      const Cost cost = cost_of(subject, hosts, subject.refresh);
      std::array<char, 40> what{};
      std::snprintf(what.data(), what.size(), "%.1f %% of the records", percent / 2);
      print(subject, what.data(), cost, whole);
    }
  }

  [[nodiscard]] const harness::KeySpec& key() const { return platform_.transfer_key(); }
  [[nodiscard]] const std::string& zone() const { return zone_.name; }

 private:
  static harness::PlatformOptions options() {
    harness::PlatformOptions options;
    options.bind = options.powerdns = false;
    options.log_level = "info";
    options.mdns_config = "unsigned_queries: {allow: [127.0.0.0/8]}\n";
    return options;
  }

  [[nodiscard]] double sent() { return platform_.mdns(1).metric("minidns_mdns_transfer_octets_total"); }

  double until_served(const Subject& subject, steady_clock::time_point start) {
    harness::SoaAsker ours("127.0.0.1", platform_.mdns_port());
    harness::SoaAsker theirs(subject.server.address(), subject.server.port());
    const auto wanted = ours.ask(zone_.name).value().serial;
    while (steady_clock::now() < start + limit) {
      const auto answer = theirs.ask(zone_.name);
      if (answer && answer->serial == wanted) {
        return std::chrono::duration<double>(steady_clock::now() - start).count();
      }
      std::this_thread::sleep_for(pause);
    }
    throw std::runtime_error(subject.name + " does not get the zone");
  }

  Cost cost_of(const Subject& subject, std::size_t hosts, const std::function<harness::CommandResult()>& tell) {
    (void)change_hosts(platform_, zone_, hosts);
    wait_until_loaded(platform_, zone_, 1);
    const auto pid = subject.server.process().pid();
    const double octets = sent();
    const double cpu = cpu_seconds(pid);
    const auto start = steady_clock::now();
    const auto told = tell();
    if (told.status != 0) throw std::runtime_error(subject.name + ": " + told.out + told.err);
    const double seconds = until_served(subject, start);
    return {seconds, cpu_seconds(pid) - cpu, sent() - octets};
  }

  void print(const Subject& subject, const char* what, const Cost& cost, const Cost& whole) const {
    std::printf("%-6s %-20s %8.3f MB (%5.1f %% of the zone)  %7.3f s (%5.2f x)  CPU %7.3f s (%5.2f x)\n",
                subject.name.c_str(), what, cost.octets / 1e6, 100 * cost.octets / whole.octets, cost.seconds,
                cost.seconds / whole.seconds, cost.cpu, cost.cpu / whole.cpu);
    std::fflush(stdout);
  }

  LargeZone zone_;
  harness::Platform platform_;
};

int run(std::size_t records) {
  Bench bench(records);
  harness::BindServer bind({bench.key()});
  bench.run({"BIND", bind,
             [&] {
               return bind.rndc({"refresh", bench.zone()});
             },
             [&] {
               return bind.rndc({"retransfer", bench.zone()});
             }});
  harness::KnotServer knot({bench.key()});
  bench.run({"Knot", knot,
             [&] {
               return knot.knotc({"zone-refresh", bench.zone()});
             },
             [&] {
               return knot.knotc({"zone-retransfer", bench.zone()});
             }});
  harness::NsdServer nsd({bench.key()});
  bench.run({"NSD", nsd,
             [&] {
               return nsd.nsd_control({"transfer", bench.zone()});
             },
             [&] {
               return nsd.nsd_control({"force_transfer", bench.zone()});
             }});
  return 0;
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  return minidns::bench::run(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000);
}
