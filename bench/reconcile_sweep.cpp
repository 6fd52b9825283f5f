// What comparing a nameserver's zone list costs while nothing changes.
#include "bench/measure.hpp"
#include "bench/reconcile.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/wait.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace minidns::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::minutes sweeps_limit{20};
constexpr std::chrono::seconds idle_time{15};
/// One after the other, as far as the manager lets them.
constexpr const char* at_once = "sweep_interval: 1s\nsweep_share_percent: 100\n";
constexpr const char* never = "sweep_interval: 24h\n";
/// Questions to BIND one by one, from which the rest is reckoned.
constexpr std::size_t sample = 1000;
constexpr std::size_t zonestatus_sample = 200;

double seconds_since(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

double sweeps_done(Fleet& fleet, const std::vector<std::size_t>& servers) {
  double least = 1e9;
  for (const auto server : servers) least = std::min(least, fleet.metric(server, "sweeps_total", R"(result="done")"));
  return least;
}

void wait_for_sweeps(Fleet& fleet, const std::vector<std::size_t>& servers, double count) {
  if (!harness::eventually([&] { return sweeps_done(fleet, servers) >= count; }, sweeps_limit)) {
    throw std::runtime_error("the zones were not compared: " + fleet.platform().pool_manager().log());
  }
}

double all_sweeps(Fleet& fleet, const std::vector<std::size_t>& servers) {
  double sum = 0;
  for (const auto server : servers) sum += fleet.metric(server, "sweeps_total", R"(result="done")");
  return sum;
}

double sweep_seconds(Fleet& fleet, const std::vector<std::size_t>& servers) {
  double sum = 0;
  for (const auto server : servers) sum += fleet.metric(server, "sweep_seconds_sum");
  return sum;
}

/// Used by the same system in the same time without comparisons.
Usage measure_idle(Fleet& fleet, const std::vector<std::size_t>& servers) {
  fleet.put_in_service(servers);
  fleet.restart_manager(never);
  wait_for_sweeps(fleet, servers, 1);  // there is one at the start
  const Usage before(fleet);
  std::this_thread::sleep_for(idle_time);
  return Usage(fleet) - before;
}

void print_head() {
  std::printf(
      "per comparison of one nameserver    wall s   CPU s: manager  PostgreSQL  nameserver   statements     rows"
      "   manager's memory, MiB\n");
}

void measure(Fleet& fleet, const char* what, const std::vector<std::size_t>& servers, int sweeps) {
  const Usage idle = measure_idle(fleet, servers);
  fleet.restart_manager(at_once);
  wait_for_sweeps(fleet, servers, 2);
  const pid_t manager = fleet.platform().pool_manager().pid();
  const double memory_before = resident_mib(manager);
  const double count_before = all_sweeps(fleet, servers);
  const double seconds_before = sweep_seconds(fleet, servers);
  const Usage before(fleet);
  wait_for_sweeps(fleet, servers, sweeps_done(fleet, servers) + sweeps);
  const Usage used = Usage(fleet) - before;
  const double count = all_sweeps(fleet, servers) - count_before;
  const double seconds = sweep_seconds(fleet, servers) - seconds_before;
  const double share = used.time / idle.time;
  double nameserver = 0;
  for (const auto server : servers) nameserver += used.servers.at(server) - share * idle.servers.at(server);
  std::printf("%-35s %7.2f %15.3f %11.3f %11.3f %12.0f %8.0f   %.1f before, %.1f after %.0f\n", what, seconds / count,
              (used.manager - share * idle.manager) / count, (used.postgres - share * idle.postgres) / count,
              nameserver / count, (used.statements - share * idle.statements) / count,
              (used.rows - share * idle.rows) / count, memory_before, resident_mib(manager), count);
  std::fflush(stdout);
}

/// A shell's command: its own CPU with its children's, that of PostgreSQL and of the nameserver.
void run_peer(Fleet& fleet, const char* what, std::size_t server, const std::string& command, double factor = 1) {
  const Usage before(fleet);
  const double children_before = children_cpu_seconds();
  const auto start = steady_clock::now();
  const auto result = harness::run({"bash", "-c", "set -e -o pipefail; " + command}, {}, sweeps_limit);
  const double time = seconds_since(start);
  const double children = children_cpu_seconds() - children_before;
  if (result.status != 0) throw std::runtime_error(command + ": " + result.err);
  const Usage used = Usage(fleet) - before;
  std::printf("%-35s %7.2f %15.3f %11.3f %11.3f   %s\n", what, time * factor, children * factor, used.postgres,
              used.servers.at(server) * factor, result.out.substr(0, result.out.find('\n')).c_str());
  std::fflush(stdout);
}

std::string compare_by_tools(Fleet& fleet, const std::string& fetch_json, const std::string& filter) {
  const std::string folder = fleet.platform().folder();
  return fetch_json + " | tee >(wc -c > " + folder + "/octets) | jq -r '" + filter + "' | LC_ALL=C sort > " + folder +
         "/observed; psql -qAtF ' ' -d '" + fleet.platform().postgres().conninfo("minidns") +
         "' -c \"select name, serial from zones where pool_id = '" + fleet.platform().pool_id() +
         "' and deleted_at is null\" | LC_ALL=C sort > " + folder + "/desired; echo \"$(comm -3 " + folder +
         "/observed " + folder + "/desired | wc -l) differ, list of $(cat " + folder + "/octets) octets\"";
}

void run_peers(Fleet& fleet) {
  auto& bind = fleet.bind(0);
  const std::string port = std::to_string(bind.statistics_port());
  run_peer(fleet, "curl, jq, sort, comm: BIND", Fleet::bind_1,
           compare_by_tools(fleet, "curl -sf http://" + bind.address() + ":" + port + "/json/v1/zones",
                            R"jq(.views._default.zones[] | select(.type == "secondary") | "\(.name). \(.serial)")jq"));
  auto& powerdns = fleet.powerdns(0);
  run_peer(fleet, "curl, jq, sort, comm: PowerDNS", Fleet::powerdns_1,
           compare_by_tools(fleet,
                            "curl -sf -H 'X-API-Key: " + powerdns.api_key() + "' '" + powerdns.api_url() +
                                "/api/v1/servers/localhost/zones?dnssec=false'",
                            R"jq(.[] | "\(.name) \(.serial)")jq"));
  const auto numbers = [&](std::size_t count) { return "$(seq 1 " + std::to_string(count) + ")"; };
  const auto factor = [&](std::size_t count) {
    return static_cast<double>(fleet.zones()) / static_cast<double>(count);
  };
  (void)bind.rndc({"status"});  // writes rndc.conf
  run_peer(fleet, "rndc zonestatus: BIND, reckoned *", Fleet::bind_1,
           "for i in " + numbers(zonestatus_sample) + "; do rndc -c " + bind.folder() + "/rndc.conf -s " +
               bind.address() + " -p " + std::to_string(bind.control_port()) +
               " zonestatus z$i.idle.example | grep serial: ; done | sort | uniq -c",
           factor(zonestatus_sample));
  run_peer(fleet, "one dig for all SOA: BIND, reckoned *", Fleet::bind_1,
           "for i in " + numbers(sample) + "; do echo \"z$i.idle.example. SOA\"; done | dig @" + bind.address() +
               " -p " + std::to_string(bind.port()) + " +short -f - | sort | uniq -c",
           factor(sample));
}

/// For BIND without a statistics channel: a question for each zone.
void without_statistics(Fleet& fleet, int sweeps) {
  const std::string id = fleet.servers()[Fleet::bind_1].nameserver_id;
  const std::string settings = fleet.sql("select settings from nameservers where id = '" + id + "'");
  fleet.sql("update nameservers set settings = settings - 'statistics_url' where id = '" + id + "'");
  measure(fleet, "BIND, a question per zone", {Fleet::bind_1}, std::max(1, sweeps / 3));
  fleet.sql("update nameservers set settings = '" + settings + "' where id = '" + id + "'");
}

}  // namespace

void measure_sweeps(Fleet& fleet, int sweeps) {
  std::printf("%zu zones\n", fleet.zones());
  print_head();
  for (int round = 1; round <= 2; ++round) {
    measure(fleet, "BIND, statistics channel", {Fleet::bind_1}, sweeps);
    measure(fleet, "PowerDNS, HTTP API", {Fleet::powerdns_1}, sweeps);
    without_statistics(fleet, sweeps);
    measure(fleet, "all four, side by side", {Fleet::bind_1, Fleet::bind_2, Fleet::powerdns_1, Fleet::powerdns_2},
            sweeps);
    run_peers(fleet);
  }
  std::printf("* from %zu and %zu zones; the tools' CPU stands where the manager's does\n", zonestatus_sample, sample);
}

}  // namespace minidns::bench
