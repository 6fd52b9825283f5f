// From a change to the moment when a secondary answers with it: ours by REST, and beside it, in the same run, a BIND
// primary that is changed by DNS UPDATE (RFC 2136) and feeds a BIND and a PowerDNS of its own.
//
//   bench/commit_to_visible [CHANGES]    default 200

#include "bench/measure.hpp"
#include "bench/update_primary.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/platform.hpp"
#include "tests/harness/wait.hpp"

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

constexpr const char* zone = "visible.bench.example.";
constexpr std::chrono::seconds give_up{30};

double ms_since(steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
}

/// Asks without a pause until the server answers with another serial than `old`; the time since `start` in ms. Changes
/// are made one at a time, so another serial is the new one.
double until_visible(harness::SoaAsker& asker, std::uint32_t old, steady_clock::time_point start) {
  const auto end = start + give_up;
  while (steady_clock::now() < end) {
    const auto answer = asker.ask(zone);
    if (answer && answer->serial && answer->serial != old) return ms_since(start);
  }
  throw std::runtime_error("not visible within 30 s");
}

/// Both have this serial, so that the next change is the only one under way.
void settle(harness::SoaAsker& bind, harness::SoaAsker& powerdns, std::uint32_t serial) {
  const auto has = [&](harness::SoaAsker& asker) {
    const auto answer = asker.ask(zone);
    return answer && answer->serial == serial;
  };
  if (!harness::eventually([&] { return has(bind) && has(powerdns); }, give_up)) {
    throw std::runtime_error("the secondaries did not settle");
  }
}

struct Samples {
  std::vector<double> acknowledged, bind, powerdns;
};

/// Both secondaries are watched at once: PowerDNS's second mustn't be added to BIND's milliseconds, nor the reverse.
void watch(harness::SoaAsker& bind, harness::SoaAsker& powerdns, std::uint32_t old, steady_clock::time_point start,
           Samples& samples) {
  double powerdns_ms = 0;
  std::jthread other([&] { powerdns_ms = until_visible(powerdns, old, start); });
  samples.bind.push_back(until_visible(bind, old, start));
  other.join();
  samples.powerdns.push_back(powerdns_ms);
}

void print(const char* what, const std::vector<double>& samples) {
  std::printf("%-44s p50 %8.1f ms  p99 %8.1f ms  max %8.1f ms  (%zu changes)\n", what, quantile(samples, 0.5),
              quantile(samples, 0.99), quantile(samples, 1.0), samples.size());
}

Samples ours(int changes) {
  harness::Platform platform;
  auto rest = platform.rest("bench");
  const auto created =
      harness::Platform::created(rest.post("/v2/zones", json::object{{"name", zone}, {"email", "a@bench.example"}}));
  const auto path = "/v2/zones/" + std::string(created.at("id").as_string());
  const auto recordset = harness::Platform::created(rest.post(
      path + "/recordsets",
      json::object{{"name", std::string("www.") + zone}, {"type", "A"}, {"records", json::array{"192.0.2.1"}}}));
  const auto target = path + "/recordsets/" + std::string(recordset.at("id").as_string());
  harness::SoaAsker bind(platform.bind().address(), platform.bind().port());
  harness::SoaAsker powerdns(platform.powerdns().address(), platform.powerdns().port());
  auto serial = static_cast<std::uint32_t>(rest.get(path).body.at("serial").to_number<std::int64_t>());
  settle(bind, powerdns, serial);

  Samples samples;
  for (int change = 0; change < changes; ++change) {
    const auto address = "198.51.100." + std::to_string(change % 250 + 1);
    const auto start = steady_clock::now();
    harness::Platform::created(rest.put(target, json::object{{"records", json::array{address}}}));
    samples.acknowledged.push_back(ms_since(start));
    watch(bind, powerdns, serial, start, samples);
    serial = bind.ask(zone).value().serial.value();
    settle(bind, powerdns, serial);
  }
  return samples;
}

Samples peer(int changes) {
  UpdatePrimary primary(zone);
  harness::BindServer bind_secondary({});
  harness::PowerdnsServer powerdns_secondary;
  primary.add_secondary(bind_secondary);
  primary.add_secondary(powerdns_secondary);
  primary.start();
  harness::SoaAsker bind(bind_secondary.address(), bind_secondary.port());
  harness::SoaAsker powerdns(powerdns_secondary.address(), powerdns_secondary.port());
  auto serial = primary.serial();
  settle(bind, powerdns, serial);

  Samples samples;
  for (int change = 0; change < changes; ++change) {
    const auto start = steady_clock::now();
    primary.update("198.51.100." + std::to_string(change % 250 + 1));
    samples.acknowledged.push_back(ms_since(start));
    watch(bind, powerdns, serial, start, samples);
    serial = primary.serial();
    settle(bind, powerdns, serial);
  }
  return samples;
}

void print(const std::string& who, const Samples& samples) {
  print((who + ": acknowledged").c_str(), samples.acknowledged);
  print((who + ": visible on BIND").c_str(), samples.bind);
  print((who + ": visible on PowerDNS").c_str(), samples.powerdns);
  std::fflush(stdout);
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const auto changes = argc > 1 ? std::atoi(argv[1]) : 200;
  minidns::bench::print("MiniDNS (REST)", minidns::bench::ours(changes));
  minidns::bench::print("BIND primary (DNS UPDATE)", minidns::bench::peer(changes));
  return 0;
}
