// From the acknowledgement of a change to the answer of `GET …?wait=visible`, beside the moment when both secondaries
// show the new serial, asked by questions: what a client gains or loses that waits instead of asking nameservers.
//
//   bench_wait_visible [CHANGES] [ZONES] [WAITERS]    default 200, 100000 and 100
//
// WAITERS clients then wait for the same changes at once, each on a connection of its own.

#include "bench/idle_zones.hpp"
#include "bench/measure.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/platform.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace minidns::bench {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;

constexpr const char* zone = "wait.bench.example.";
constexpr std::chrono::seconds give_up{30};
/// Between questions: what is asked takes the processor from what is measured.
constexpr std::chrono::microseconds pause{200};

double ms_between(steady_clock::time_point start, steady_clock::time_point end) {
  return std::chrono::duration<double, std::milli>(end - start).count();
}

void print(const char* what, const std::vector<double>& samples) {
  std::printf("%-68s p50 %7.1f ms  p99 %7.1f ms  max %7.1f ms  (%zu)\n", what, quantile(samples, 0.5),
              quantile(samples, 0.99), quantile(samples, 1.0), samples.size());
  std::fflush(stdout);
}

class Bench {
 public:
  explicit Bench(std::size_t idle_zones) {
    add_idle_zones(platform_, idle_zones);
    const auto created =
        harness::Platform::created(rest_.post("/v2/zones", json::object{{"name", zone}, {"email", "a@bench.example"}}));
    zone_path_ = "/v2/zones/" + std::string(created.at("id").as_string());
    const auto recordset = harness::Platform::created(rest_.post(
        zone_path_ + "/recordsets",
        json::object{{"name", std::string("www.") + zone}, {"type", "A"}, {"records", json::array{"192.0.2.1"}}}));
    path_ = zone_path_ + "/recordsets/" + std::string(recordset.at("id").as_string());
    wait(rest_);
  }

  /// Until the change made last is visible; when the answer came.
  steady_clock::time_point wait(harness::RestClient& client) {
    const auto answer = client.get(path_ + "?wait=visible&timeout=30");
    const auto end = steady_clock::now();
    if (answer.status != 200 || !answer.body.at("visible").at("is_visible").as_bool()) {
      throw std::runtime_error("not visible within 30 s");
    }
    return end;
  }

  void change() {
    const auto address = "198.51.100." + std::to_string(++changes_ % 250 + 1);
    harness::Platform::created(rest_.put(path_, json::object{{"records", json::array{address}}}));
  }

  [[nodiscard]] harness::RestClient client() { return platform_.rest("bench"); }
  [[nodiscard]] harness::SoaAsker bind() { return {platform_.bind().address(), platform_.bind().port()}; }
  [[nodiscard]] harness::SoaAsker powerdns() { return {platform_.powerdns().address(), platform_.powerdns().port()}; }
  [[nodiscard]] harness::RestClient& rest() { return rest_; }
  [[nodiscard]] std::uint32_t serial() {
    return static_cast<std::uint32_t>(rest_.get(zone_path_).body.at("serial").to_number<std::int64_t>());
  }

 private:
  static harness::PlatformOptions options() {
    harness::PlatformOptions options;
    options.log_level = "info";
    return options;
  }

  harness::Platform platform_{options()};
  harness::RestClient rest_ = platform_.rest("bench");
  std::string zone_path_;
  std::string path_;
  int changes_ = 0;
};

/// When the server first showed another serial than `old`.
steady_clock::time_point until_shown(harness::SoaAsker& asker, std::uint32_t old) {
  const auto end = steady_clock::now() + give_up;
  while (steady_clock::now() < end) {
    const auto answer = asker.ask(zone);
    if (answer && answer->serial && answer->serial != old) return steady_clock::now();
    std::this_thread::sleep_for(pause);
  }
  throw std::runtime_error("not visible within 30 s");
}

/// Only a waiter.
void measure_alone(Bench& bench, int changes) {
  std::vector<double> waited;
  for (int n = 0; n < changes; ++n) {
    bench.change();
    const auto acknowledged = steady_clock::now();
    waited.push_back(ms_between(acknowledged, bench.wait(bench.rest())));
  }
  print("acknowledgement to the answer of wait=visible", waited);
}

/// A waiter, and somebody who asks both secondaries.
void measure_beside_questions(Bench& bench, int changes) {
  auto bind = bench.bind();
  auto powerdns = bench.powerdns();
  auto waiter = bench.client();
  std::vector<double> shown, waited, later;
  for (int n = 0; n < changes; ++n) {
    const auto serial = bench.serial();
    bench.change();
    const auto acknowledged = steady_clock::now();
    auto answer = std::async(std::launch::async, [&] { return bench.wait(waiter); });
    auto by_powerdns = std::async(std::launch::async, [&] { return until_shown(powerdns, serial); });
    const auto by_both = std::max(until_shown(bind, serial), by_powerdns.get());
    const auto answered = answer.get();
    shown.push_back(ms_between(acknowledged, by_both));
    waited.push_back(ms_between(acknowledged, answered));
    later.push_back(ms_between(by_both, answered));
  }
  print("beside questions: acknowledgement to both showing it", shown);
  print("beside questions: acknowledgement to the answer of wait=visible", waited);
  print("beside questions: the answer came later by", later);
}

/// Many who wait for the same change.
void measure_many(Bench& bench, int changes, int waiters) {
  std::vector<std::vector<double>> waited(static_cast<std::size_t>(waiters));
  steady_clock::time_point acknowledged;
  std::barrier round(waiters + 1);
  std::vector<std::thread> threads;
  for (auto& samples : waited) {
    threads.emplace_back([&] {
      auto client = bench.client();
      round.arrive_and_wait();  // it has its token, which is made by a program
      for (int n = 0; n < changes; ++n) {
        round.arrive_and_wait();  // the change is made
        samples.push_back(ms_between(acknowledged, bench.wait(client)));
        round.arrive_and_wait();
      }
    });
  }
  round.arrive_and_wait();
  for (int n = 0; n < changes; ++n) {
    bench.change();
    acknowledged = steady_clock::now();
    round.arrive_and_wait();
    round.arrive_and_wait();
  }
  for (auto& thread : threads) thread.join();
  std::vector<double> all;
  for (const auto& samples : waited) all.insert(all.end(), samples.begin(), samples.end());
  print((std::to_string(waiters) + " waiters: acknowledgement to the answers of wait=visible").c_str(), all);
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const auto changes = argc > 1 ? std::atoi(argv[1]) : 200;
  const auto zones = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
  const auto waiters = argc > 3 ? std::atoi(argv[3]) : 100;
  minidns::bench::Bench bench(zones);
  minidns::bench::measure_alone(bench, changes);
  minidns::bench::measure_beside_questions(bench, changes);
  minidns::bench::measure_many(bench, std::max(changes / 10, 1), waiters);
  return 0;
}
