// What a comparison of a nameserver's whole list does to changes that come meanwhile.
#include "bench/measure.hpp"
#include "bench/reconcile.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/wait.hpp"

#include <boost/json/array.hpp>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace minidns::bench {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;

constexpr std::chrono::seconds give_up{30};
constexpr std::chrono::microseconds pause{200};
/// Between changes, so that they come at all times of a comparison.
constexpr std::chrono::milliseconds gap{70};

/// Asks until `zone` has a serial other than `old` there (0: it wasn't there); in ms.
double until_visible(harness::SoaAsker& asker, const std::string& zone, std::uint32_t old) {
  const auto start = steady_clock::now();
  while (steady_clock::now() < start + give_up) {
    const auto answer = asker.ask(zone);
    if (answer && answer->serial && *answer->serial != old) {
      return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
    }
    std::this_thread::sleep_for(pause);
  }
  throw std::runtime_error(zone + " is not visible within 30 s");
}

struct Samples {
  std::vector<double> changed;  ///< ms
  std::vector<double> created;
};

class Client {
 public:
  explicit Client(Fleet& fleet) : fleet_(fleet), rest_(fleet.platform().rest("bench")) {
    const auto zone = harness::Platform::created(
        rest_.post("/v2/zones", json::object{{"name", zone_}, {"email", "a@bench.example"}}));
    const std::string path = "/v2/zones/" + std::string(zone.at("id").as_string());
    const auto recordset = harness::Platform::created(rest_.post(
        path + "/recordsets",
        json::object{{"name", std::string("www.") + zone_}, {"type", "A"}, {"records", json::array{"192.0.2.1"}}}));
    target_ = path + "/recordsets/" + std::string(recordset.at("id").as_string());
  }

  /// One server is watched at a time.
  Samples run(std::size_t server, int changes) {
    auto& secondary = *fleet_.servers().at(server).secondary;
    harness::SoaAsker asker(secondary.address(), secondary.port());
    Samples samples;
    for (int i = 0; i < changes; ++i) {
      if (!fleet_.wait_until_visible(give_up)) throw std::runtime_error("the nameservers did not settle");
      ++count_;
      const auto before = asker.ask(zone_, give_up);  // named may be at its list
      if (!before || !before->serial) throw std::runtime_error("a nameserver lost the zone");
      harness::Platform::created(
          rest_.put(target_, json::object{{"records", json::array{"198.51.100." + std::to_string(count_ % 250 + 1)}}}));
      samples.changed.push_back(until_visible(asker, zone_, *before->serial));
      const std::string name = "p" + std::to_string(count_) + ".bench.example.";
      harness::Platform::created(rest_.post("/v2/zones", json::object{{"name", name}, {"email", "a@bench.example"}}));
      samples.created.push_back(until_visible(asker, name, 0));
      std::this_thread::sleep_for(gap);
    }
    return samples;
  }

 private:
  static constexpr const char* zone_ = "pacing.bench.example.";
  Fleet& fleet_;
  harness::RestClient rest_;
  std::string target_;
  int count_ = 0;
};

void print(const char* when, const std::string& server, const char* what, const std::vector<double>& samples) {
  std::printf("%-28s %-11s %-8s p50 %8.1f ms  p90 %8.1f ms  p99 %8.1f ms  max %8.1f ms  (%zu)\n", when, server.c_str(),
              what, quantile(samples, 0.5), quantile(samples, 0.9), quantile(samples, 0.99), quantile(samples, 1.0),
              samples.size());
  std::fflush(stdout);
}

}  // namespace

void measure_pacing(Fleet& fleet, int changes) {
  Client client(fleet);
  for (int round = 1; round <= 2; ++round) {
    for (const bool sweeps : {false, true}) {
      fleet.restart_manager(sweeps ? "sweep_interval: 1s\nsweep_share_percent: 100\n" : "sweep_interval: 24h\n");
      const auto begun = [&] { return fleet.metric(Fleet::powerdns_1, "sweeps_total", R"(result="done")") >= 1; };
      if (!harness::eventually(begun, std::chrono::minutes(2))) throw std::runtime_error("no comparison");
      const char* when = sweeps ? "comparisons without a pause" : "no comparisons";
      for (const auto server : {Fleet::bind_1, Fleet::powerdns_1}) {
        const Samples samples = client.run(server, changes);
        print(when, fleet.servers()[server].name, "changed", samples.changed);
        print(when, fleet.servers()[server].name, "created", samples.created);
      }
    }
  }
}

}  // namespace minidns::bench
