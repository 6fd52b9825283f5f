// From making zones to a BIND that serves them: through a catalog zone (RFC 9432), and beside it, in the same run, by
// BIND's own command (rndc addzone, which the driver `bind` sends).
//
//   bench/catalog [ZONES] [SINGLE]    default 1000 zones at once, 30 one at a time

#include "bench/measure.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/platform.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace minidns::bench {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;

constexpr std::chrono::seconds give_up{120};
constexpr int clients = 8;
constexpr const char* catalog = "catalog.bench.invalid.";

double ms_since(steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
}

std::string zone_name(const std::string& kind, int number) {
  return kind + std::to_string(number) + ".bench.example.";
}

/// Asks without a pause until the server serves the zone.
void wait_for(harness::SoaAsker& asker, const std::string& zone) {
  const auto end = steady_clock::now() + give_up;
  while (steady_clock::now() < end) {
    const auto answer = asker.ask(zone);
    if (answer && answer->serial) return;
  }
  throw std::runtime_error(zone + " is not visible within 120 s");
}

void make_zone(harness::RestClient& rest, const std::string& zone) {
  harness::Platform::created(rest.post("/v2/zones", json::object{{"name", zone}, {"email", "a@bench.example"}}));
}

struct Figures {
  double acknowledged_ms = 0;  ///< all zones
  double visible_ms = 0;       ///< all zones
  double server_cpu_s = 0;     ///< BIND's
  std::vector<double> single_ms;
};

Figures measure(harness::Platform& platform, harness::BindServer& bind, int zones, int single) {
  Figures figures;
  harness::SoaAsker asker(bind.address(), bind.port());
  auto rest = platform.rest("bench");
  make_zone(rest, "first.bench.example.");
  wait_for(asker, "first.bench.example.");
  for (int n = 0; n < single; ++n) {
    const auto start = steady_clock::now();
    make_zone(rest, zone_name("single", n));
    wait_for(asker, zone_name("single", n));
    figures.single_ms.push_back(ms_since(start));
  }
  const auto token = platform.token("bench");
  const double cpu_before = cpu_seconds(bind.process().pid());
  const auto start = steady_clock::now();
  {
    std::vector<std::jthread> threads;
    for (int client = 0; client < clients; ++client) {
      threads.emplace_back([&, client] {
        harness::RestClient own("127.0.0.1", platform.api_port(), token);
        for (int n = client; n < zones; n += clients) make_zone(own, zone_name("many", n));
      });
    }
  }
  figures.acknowledged_ms = ms_since(start);
  for (int n = 0; n < zones; ++n) wait_for(asker, zone_name("many", n));
  figures.visible_ms = ms_since(start);
  figures.server_cpu_s = cpu_seconds(bind.process().pid()) - cpu_before;
  return figures;
}

Figures by_command(int zones, int single) {
  harness::Platform platform({.powerdns = false});
  return measure(platform, platform.bind(), zones, single);
}

Figures by_catalog(int zones, int single) {
  harness::Platform platform({.bind = false, .powerdns = false});
  harness::BindServer bind({platform.transfer_key()});
  auto admin = platform.rest("operator", "admin");
  harness::Platform::created(
      admin.patch("/v2/pools/" + platform.pool_id(),
                  json::object{{"catalogs", json::array{json::object{{"family", "bind"}, {"name", catalog}}}}}));
  const auto keys = admin.get("/v2/tsigkeys").body.at("tsigkeys").as_array();
  bind.consume_catalog(catalog, {{"127.0.0.1", platform.mdns_port(), platform.transfer_key().name},
                                 {"127.0.0.2", platform.mdns_port(), platform.transfer_key().name}});
  harness::Platform::created(
      admin.post("/v2/nameservers", json::object{{"name", "bind"},
                                                 {"pool_id", platform.pool_id()},
                                                 {"driver", "catalog"},
                                                 {"address", bind.address()},
                                                 {"port", bind.port()},
                                                 {"transfer_key_id", keys.at(0).at("id")},
                                                 {"settings", json::object{{"family", "bind"}}}}));
  platform.wait_until_in_service();
  return measure(platform, bind, zones, single);
}

void print(const char* who, const Figures& figures, int zones) {
  std::printf(
      "%-22s one zone: p50 %7.1f ms  p99 %7.1f ms   %d zones: acknowledged %6.0f ms, visible %6.0f ms,"
      " BIND's CPU %5.2f s\n",
      who, quantile(figures.single_ms, 0.5), quantile(figures.single_ms, 0.99), zones, figures.acknowledged_ms,
      figures.visible_ms, figures.server_cpu_s);
  std::fflush(stdout);
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const auto zones = argc > 1 ? std::atoi(argv[1]) : 1000;
  const auto single = argc > 2 ? std::atoi(argv[2]) : 30;
  minidns::bench::print("by catalog zone", minidns::bench::by_catalog(zones, single), zones);
  minidns::bench::print("by rndc addzone", minidns::bench::by_command(zones, single), zones);
  return 0;
}
