// Many zones created at once, until all four nameservers serve them; and the same zones given to the servers directly.
#include "bench/direct_commands.hpp"
#include "bench/measure.hpp"
#include "bench/reconcile.hpp"
#include "tests/harness/dns_probe.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <future>
#include <stdexcept>
#include <thread>

namespace minidns::bench {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;

constexpr std::chrono::minutes give_up{2};
constexpr std::chrono::milliseconds pause{1};
constexpr int clients = 8;

double seconds_since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

/// Asks for each of the zones in turn until it is there; s since `start`.
double until_all_visible(harness::Secondary& server, const std::vector<std::string>& zones,
                         steady_clock::time_point start) {
  harness::SoaAsker asker(server.address(), server.port());
  for (const auto& zone : zones) {
    for (;;) {
      const auto answer = asker.ask(zone);
      if (answer && answer->serial) break;
      if (steady_clock::now() > start + give_up) throw std::runtime_error(zone + " is not visible within 5 min");
      std::this_thread::sleep_for(pause);
    }
  }
  return seconds_since(start);
}

std::vector<std::string> zone_names(const std::string& kind, int count) {
  std::vector<std::string> names;
  for (int n = 0; n < count; ++n) names.push_back(kind + std::to_string(n) + ".bench.example.");
  return names;
}

void create(Fleet& fleet, const std::vector<std::string>& zones) {
  const auto token = fleet.platform().token("bench");
  std::vector<std::jthread> threads;
  for (std::size_t client = 0; client < clients; ++client) {
    threads.emplace_back([&, client] {
      harness::RestClient rest("127.0.0.1", fleet.platform().api_port(), token);
      for (std::size_t n = client; n < zones.size(); n += clients) {
        harness::Platform::created(
            rest.post("/v2/zones", json::object{{"name", zones[n]}, {"email", "a@bench.example"}}));
      }
    });
  }
}

struct Figures {
  double acknowledged = 0;          ///< s
  std::array<double, 4> visible{};  ///< s
  [[nodiscard]] double all() const { return *std::max_element(visible.begin(), visible.end()); }
};

/// A thread for each of the four: `feed` gives the zones to a server, where it is us who do it; then it is watched.
template <class Feed>
void watch_all(Fleet& fleet, const std::vector<std::string>& zones, steady_clock::time_point start, Figures& figures,
               Feed feed) {
  std::array<std::future<double>, 4> visible;
  for (std::size_t i = 0; i < visible.size(); ++i) {
    visible.at(i) = std::async(std::launch::async, [&, i] {
      feed(i);
      return until_all_visible(*fleet.servers()[i].secondary, zones, start);
    });
  }
  for (std::size_t i = 0; i < visible.size(); ++i) {
    try {
      figures.visible.at(i) = visible.at(i).get();
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(fleet.servers()[i].name + ": " + error.what());
    }
  }
}

void print(const char* what, const Figures& figures, const Usage& used, int zones) {
  const auto each = [&](double seconds) { return seconds / zones * 1000; };
  std::printf(
      "%-22s acknowledged %6.2f s  visible: BIND %6.2f %6.2f  PowerDNS %6.2f %6.2f s  all %6.2f s\n"
      "%-22s CPU ms per zone: central %.2f manager %.2f PostgreSQL %.2f mdns %.2f BIND %.2f %.2f PowerDNS %.2f %.2f\n",
      what, figures.acknowledged, figures.visible[0], figures.visible[1], figures.visible[2], figures.visible[3],
      figures.all(), "", each(used.central), each(used.manager), each(used.postgres), each(used.mdns),
      each(used.servers[0]), each(used.servers[1]), each(used.servers[2]), each(used.servers[3]));
  std::fflush(stdout);
}

/// Questions of the pool manager to each server so far.
std::array<double, 4> probes(Fleet& fleet) {
  std::array<double, 4> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    for (const char* result : {"serial", "refused", "not_authoritative", "servfail", "timeout"}) {
      counts.at(i) += fleet.metric(i, "probes_total", std::string("result=\"") + result + "\"");
    }
  }
  return counts;
}

Figures by_the_platform(Fleet& fleet, const std::vector<std::string>& zones) {
  fleet.sql("select pg_stat_statements_reset()");
  const auto probes_before = probes(fleet);
  const Usage before(fleet);
  Figures figures;
  const auto start = steady_clock::now();
  {
    auto acknowledged = std::async(std::launch::async, [&] {
      create(fleet, zones);
      return seconds_since(start);
    });
    watch_all(fleet, zones, start, figures, [](std::size_t) {});
    figures.acknowledged = acknowledged.get();
  }
  print("MiniDNS", figures, Usage(fleet) - before, static_cast<int>(zones.size()));
  if (!fleet.wait_until_visible(give_up)) throw std::runtime_error("the pool manager did not see them all");
  const auto probes_after = probes(fleet);
  std::printf("%-22s questions per zone:", "");
  for (std::size_t i = 0; i < probes_after.size(); ++i) {
    std::printf(" %.1f", (probes_after.at(i) - probes_before.at(i)) / static_cast<double>(zones.size()));
  }
  std::printf("\n");
  return figures;
}

/// The zones are there and served by mdns; nobody but us tells the servers of them.
Figures directly(Fleet& fleet, const std::vector<std::string>& zones) {
  fleet.platform().pool_manager().stop();
  create(fleet, zones);
  std::this_thread::sleep_for(std::chrono::seconds(2));  // NOTIFY for what nobody has yet is over
  const Usage before(fleet);
  Figures figures;
  const auto start = steady_clock::now();
  watch_all(fleet, zones, start, figures, [&](std::size_t i) {
    if (i < Fleet::powerdns_1) {
      add_by_rndc(fleet.bind(i), fleet.platform(), zones);
    } else {
      add_by_api(fleet.powerdns(i - Fleet::powerdns_1), fleet.platform(), zones);
    }
  });
  print("directly to each server", figures, Usage(fleet) - before, static_cast<int>(zones.size()));
  fleet.restart_manager("sweep_interval: 24h\n");
  if (!fleet.wait_until_visible(give_up)) throw std::runtime_error("the pool manager did not see them all");
  return figures;
}

}  // namespace

void measure_burst(Fleet& fleet, int zones) {
  if (!fleet.wait_until_visible(give_up)) throw std::runtime_error("the nameservers did not settle");
  std::vector<double> ratios;
  std::string hot;
  for (int round = 1; round <= 3; ++round) {
    const std::string number = std::to_string(round);
    const Figures ours = by_the_platform(fleet, zone_names("burst" + number + "-", zones));
    hot = fleet.hot_statements();
    const Figures theirs = directly(fleet, zone_names("direct" + number + "-", zones));
    ratios.push_back(ours.all() / theirs.all());
    std::printf("until all four serve them: %.2f times as long as directly\n", ratios.back());
  }
  std::printf("median of the rounds: %.2f\n", quantile(ratios, 0.5));
  std::printf("the database in the last round:\n%s\n", hot.c_str());
}

}  // namespace minidns::bench
