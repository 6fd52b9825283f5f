// From a change to the moment when a secondary answers with it: ours by REST, one zone among many, and beside it, in
// the same run, a BIND primary that is changed by DNS UPDATE (RFC 2136) and feeds a BIND and a PowerDNS of its own.
//
//   bench_commit_to_visible [CHANGES] [ZONES] [unsigned|mdns-signed]    default 200, 100000 and unsigned
//
// The BIND primary's zone is unsigned in any case.

#include "bench/idle_zones.hpp"
#include "bench/large_zone.hpp"
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

/// Between questions: what is asked takes the processor from what is measured.
constexpr std::chrono::microseconds pause{200};

/// Asks until the server answers with another serial than `old`; the time since `start` in ms. Changes are made one at
/// a time, so another serial is the new one.
double until_visible(harness::SoaAsker& asker, std::uint32_t old, steady_clock::time_point start) {
  const auto end = start + give_up;
  while (steady_clock::now() < end) {
    const auto answer = asker.ask(zone);
    if (answer && answer->serial && answer->serial != old) return ms_since(start);
    std::this_thread::sleep_for(pause);
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

/// One kind of server is watched at a time, so that its figure has no other's questions in it.
enum class Watched { bind, powerdns };

struct Samples {
  std::vector<double> acknowledged;  ///< from the beginning of the call
  std::vector<double> visible;       ///< from the acknowledgement
};

void print(const char* what, const std::vector<double>& samples) {
  std::printf("%-60s p50 %8.1f ms  p99 %8.1f ms  max %8.1f ms  (%zu changes)\n", what, quantile(samples, 0.5),
              quantile(samples, 0.99), quantile(samples, 1.0), samples.size());
}

/// A zone of ours, with a recordset to change.
class Ours {
 public:
  Ours(std::size_t idle_zones, bool is_signed) : platform_(options()) {
    add_idle_zones(platform_, idle_zones);
    const auto created =
        harness::Platform::created(rest_.post("/v2/zones", json::object{{"name", zone}, {"email", "a@bench.example"}}));
    path_ = "/v2/zones/" + std::string(created.at("id").as_string());
    const auto recordset = harness::Platform::created(rest_.post(
        path_ + "/recordsets",
        json::object{{"name", std::string("www.") + zone}, {"type", "A"}, {"records", json::array{"192.0.2.1"}}}));
    target_ = path_ + "/recordsets/" + std::string(recordset.at("id").as_string());
    if (is_signed) sign_by_default_policy(rest_, path_);
  }

  [[nodiscard]] harness::SoaAsker bind() { return {platform_.bind().address(), platform_.bind().port()}; }
  [[nodiscard]] harness::SoaAsker powerdns() { return {platform_.powerdns().address(), platform_.powerdns().port()}; }
  [[nodiscard]] std::uint32_t serial() {
    return static_cast<std::uint32_t>(rest_.get(path_).body.at("serial").to_number<std::int64_t>());
  }
  void change(const std::string& address) {
    harness::Platform::created(rest_.put(target_, json::object{{"records", json::array{address}}}));
  }

 private:
  static harness::PlatformOptions options() {
    harness::PlatformOptions options;
    options.log_level = "info";
    return options;
  }

  harness::Platform platform_;
  harness::RestClient rest_ = platform_.rest("bench");
  std::string path_;
  std::string target_;
};

class Peer {
 public:
  Peer() {
    primary_.add_secondary(bind_secondary_);
    primary_.add_secondary(powerdns_secondary_);
    primary_.start();
  }
  [[nodiscard]] harness::SoaAsker bind() { return {bind_secondary_.address(), bind_secondary_.port()}; }
  [[nodiscard]] harness::SoaAsker powerdns() { return {powerdns_secondary_.address(), powerdns_secondary_.port()}; }
  [[nodiscard]] std::uint32_t serial() { return primary_.serial(); }
  void change(const std::string& address) { primary_.update(address); }

 private:
  UpdatePrimary primary_{zone};
  harness::BindServer bind_secondary_{{}};
  harness::PowerdnsServer powerdns_secondary_;
};

template <class Primary>
Samples measure(Primary& primary, Watched watched, int changes) {
  auto bind = primary.bind();
  auto powerdns = primary.powerdns();
  auto& asker = watched == Watched::bind ? bind : powerdns;
  Samples samples;
  for (int change = 0; change < changes; ++change) {
    const auto serial = primary.serial();
    settle(bind, powerdns, serial);
    const auto start = steady_clock::now();
    primary.change("198.51.100." + std::to_string((change + (watched == Watched::bind ? 0 : 125)) % 250 + 1));
    samples.acknowledged.push_back(ms_since(start));
    samples.visible.push_back(until_visible(asker, serial, steady_clock::now()));
  }
  return samples;
}

template <class Primary>
void run(const std::string& who, Primary& primary, int changes) {
  const auto to_bind = measure(primary, Watched::bind, changes);
  print((who + ": call to acknowledgement").c_str(), to_bind.acknowledged);
  print((who + ": from there to BIND").c_str(), to_bind.visible);
  const auto to_powerdns = measure(primary, Watched::powerdns, changes);
  print((who + ": from there to PowerDNS").c_str(), to_powerdns.visible);
  std::fflush(stdout);
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const auto changes = argc > 1 ? std::atoi(argv[1]) : 200;
  const auto zones = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
  const bool is_signed = argc > 3 && std::string(argv[3]) == "mdns-signed";
  minidns::bench::Ours ours(zones, is_signed);
  minidns::bench::run(is_signed ? "MiniDNS (REST), signed" : "MiniDNS (REST)", ours, changes);
  minidns::bench::Peer peer;
  minidns::bench::run("BIND primary (DNS UPDATE)", peer, changes);
  return 0;
}
