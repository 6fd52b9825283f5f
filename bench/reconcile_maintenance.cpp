// Nameservers that come back from maintenance after many changes.
#include "bench/changes.hpp"
#include "bench/measure.hpp"
#include "bench/reconcile.hpp"
#include "tests/harness/dns_probe.hpp"
#include "tests/harness/wait.hpp"

#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace minidns::bench {
namespace {

namespace json = boost::json;
using std::chrono::steady_clock;

constexpr std::chrono::minutes give_up{15};
constexpr std::size_t clients = 4;

void set_state(Fleet& fleet, std::size_t server, const char* state) {
  auto admin = fleet.platform().rest("operator", "admin");
  harness::Platform::created(
      admin.patch("/v2/nameservers/" + fleet.servers().at(server).nameserver_id, json::object{{"state", state}}));
}

std::string state_of(Fleet& fleet, std::size_t server) {
  return fleet.ask("select state from nameservers where id = '" + fleet.servers().at(server).nameserver_id + "'");
}

/// That mdns has completed, of any kind.
double transfers(Fleet& fleet) {
  double sum = 0;
  for (const int which : {1, 2}) {
    for (const char* kind : {"axfr", "ixfr", "ixfr_as_axfr"}) {
      sum += fleet.platform().mdns(which).metric(std::string("minidns_mdns_transfers_total{kind=\"") + kind +
                                                 "\",result=\"complete\"}");
    }
  }
  return sum;
}

/// What this nameserver says of zones, asked by ourselves; how many are not as they should be.
std::size_t count_wrong(Fleet& fleet, std::size_t server, const std::vector<std::string>& present,
                        const std::vector<std::string>& absent) {
  auto& secondary = *fleet.servers().at(server).secondary;
  harness::SoaAsker asker(secondary.address(), secondary.port());
  std::size_t wrong = 0;
  for (const auto& zone : present) {
    const auto answer = asker.ask(zone);
    // All that was changed has a newer serial than the first, and so has what was created.
    wrong += answer && answer->serial && *answer->serial != 1 ? 0 : 1;
  }
  for (const auto& zone : absent) {
    const auto answer = asker.ask(zone);
    wrong += answer && !answer->serial ? 0 : 1;
  }
  return wrong;
}

void leave_and_return(Fleet& fleet, std::size_t server, Changes& changes, std::size_t count) {
  const auto& name = fleet.servers().at(server).name;
  auto& secondary = *fleet.servers().at(server).secondary;
  set_state(fleet, server, "maintenance");
  secondary.stop();
  auto present = changes.change(count * 8 / 10, clients);
  const auto created = changes.create(count / 10, clients);
  const auto removed = changes.remove(count / 10, clients);
  if (!fleet.wait_until_visible(give_up)) throw std::runtime_error("the others did not get the changes");

  const auto starting = steady_clock::now();
  secondary.start();
  const auto start = steady_clock::now();
  const double transfers_before = transfers(fleet);
  const Usage before(fleet);
  set_state(fleet, server, "in_service");
  const auto is_back = [&] { return state_of(fleet, server) == "in_service" && fleet.is_all_visible(); };
  if (!harness::eventually(is_back, give_up)) {
    throw std::runtime_error(name + " did not come back: " + fleet.sql("select * from tasks limit 5"));
  }
  const double seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
  const double loading = std::chrono::duration<double>(start - starting).count();
  const Usage used = Usage(fleet) - before;
  const double made = transfers(fleet) - transfers_before;
  std::printf(
      "%-11s back after %zu changes among %zu zones: started in %5.1f s, then all visible after %6.2f s, "
      "%.0f transfers; CPU s: manager %.2f PostgreSQL %.2f mdns %.2f nameserver %.2f; wrong: %zu\n",
      name.c_str(), count, fleet.zones(), loading, seconds, made, used.manager, used.postgres, used.mdns,
      used.servers.at(server), count_wrong(fleet, server, present, removed) + count_wrong(fleet, server, created, {}));
  std::fflush(stdout);
}

}  // namespace

void measure_maintenance(Fleet& fleet, int changes) {
  Changes made(fleet, 1);
  fleet.restart_manager("");  // as by default
  if (!fleet.wait_until_visible(give_up)) throw std::runtime_error("the nameservers did not settle");
  for (int round = 1; round <= 2; ++round) {
    for (const auto server : {Fleet::bind_1, Fleet::powerdns_1}) {
      leave_and_return(fleet, server, made, static_cast<std::size_t>(changes));
    }
  }
}

}  // namespace minidns::bench
