// The comparison of a list of any length, in this process: the desired list from a real database, page by page, the
// nameserver's list from the octets that BIND or PowerDNS would send.
#include "bench/measure.hpp"
#include "bench/reconcile.hpp"
#include "pool-manager/drivers/zone_list.hpp"
#include "pool-manager/plan.hpp"
#include "storage/postgres/nameserver_work.hpp"
#include "tests/harness/postgres_cluster.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <malloc.h>
#include <numeric>
#include <random>
#include <stdexcept>

namespace minidns::bench {
namespace {

using std::chrono::steady_clock;
using Kind = pool::ZoneListFormat::Kind;

constexpr std::size_t page_zones = 2000;         // as a sweep reads
constexpr std::size_t piece_octets = 64 * 1024;  // as the HTTP client gives them
constexpr std::size_t every = 1000;              // one zone of so many is behind, one is missing
constexpr std::chrono::minutes limit{10};
constexpr const char* pool_uuid = "00000000-0000-7000-8000-000000000001";

constexpr const char* insert_zones =
    "insert into pools (id, name) values ('00000000-0000-7000-8000-000000000001', 'simulated'); "
    "insert into zones (id, name, name_key, project_id, pool_id, email, ttl, version, serial, epoch) "
    "select gen_random_uuid(), 'z' || i || '.idle.example.', "
    "  '\\x6578616d706c650069646c6500'::bytea || convert_to('z' || i, 'UTF8') || '\\x00', 'idle', "
    "  '00000000-0000-7000-8000-000000000001', 'a@idle.example', 3600, 7, 7, (select epoch from feed_head) "
    "from generate_series(1, COUNT) i; analyze zones";

struct Cost {
  double seconds;
  double cpu;
};

template <class Work>
Cost cost_of(Work work) {
  const auto start = steady_clock::now();
  const double before = process_cpu_seconds();
  work();
  const double cpu = process_cpu_seconds() - before;
  return {std::chrono::duration<double>(steady_clock::now() - start).count(), cpu};
}

/// proc(5): the most that this process had resident since `reset_peak`, in MiB.
double peak_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
  }
  throw std::runtime_error("no VmHWM in /proc/self/status");
}

void reset_peak() {
  ::malloc_trim(0);  // what the last round left
  std::ofstream("/proc/self/clear_refs") << "5";
}

std::string bind_entry(std::size_t zone, std::uint32_t serial) {
  return "{\"name\":\"z" + std::to_string(zone) +
         ".idle.example\",\"class\":\"IN\",\"serial\":" + std::to_string(serial) +
         ",\"type\":\"secondary\",\"loaded\":\"2026-11-26T07:22:19Z\",\"expires\":\"2027-01-11T14:28:59Z\","
         "\"refresh\":\"2026-12-08T14:59:37Z\"}";
}

std::string powerdns_entry(std::size_t zone, std::uint32_t serial) {
  const std::string name = "z" + std::to_string(zone) + ".idle.example.";
  return R"({"account": "", "catalog": "", "id": ")" + name +
         R"(", "kind": "Slave", "last_check": 1795677775, "masters": ["192.0.2.1:53", "192.0.2.2:53"], "name": ")" +
         name + R"(", "notified_serial": 1, "serial": )" + std::to_string(serial) +
         R"(, "url": "/api/v1/servers/localhost/zones/)" + name + "\"}";
}

/// What a nameserver would send, made piece by piece, so that it takes no memory.
class Answer {
 public:
  /// BIND lists in canonical order, PowerDNS as its database has them.
  Answer(Kind kind, std::size_t zones) : kind_(kind), order_(zones) {
    std::iota(order_.begin(), order_.end(), 1U);
    if (kind == Kind::bind) {
      std::ranges::sort(order_, {}, [](std::uint32_t zone) { return std::to_string(zone); });
    } else {
      std::ranges::shuffle(order_, std::mt19937_64(1));
    }
  }

  void send_to(pool::ZoneListParser& parser) {
    std::string piece = kind_ == Kind::bind ? R"({"views":{"_default":{"zones":[)" : "[";
    bool is_first = true;
    for (const std::uint32_t zone : order_) {
      if (zone % every == 1) continue;  // missing
      const std::uint32_t serial = zone % every == 2 ? 6 : 7;
      piece += is_first ? "" : ",";
      piece += kind_ == Kind::bind ? bind_entry(zone, serial) : powerdns_entry(zone, serial);
      is_first = false;
      if (piece.size() >= piece_octets) give(parser, piece);
    }
    piece += kind_ == Kind::bind ? "]}}}" : "]";
    give(parser, piece);
  }
  [[nodiscard]] std::size_t octets() const { return octets_; }

 private:
  void give(pool::ZoneListParser& parser, std::string& piece) {
    octets_ += piece.size();
    if (auto failure = parser.add(piece)) throw std::runtime_error(failure->detail);
    piece.clear();
  }

  Kind kind_;
  std::vector<std::uint32_t> order_;
  std::size_t octets_ = 0;
};

void check(const std::vector<pool::Finding>& findings, std::size_t zones) {
  const auto count = [&](pool::Finding::Kind kind) {
    return static_cast<std::size_t>(std::ranges::count(findings, kind, &pool::Finding::kind));
  };
  const std::size_t missing = (zones + every - 1) / every;
  const std::size_t behind = (zones + every - 2) / every;
  if (count(pool::Finding::Kind::missing) != missing || count(pool::Finding::Kind::behind) != behind ||
      findings.size() != missing + behind) {
    throw std::runtime_error("the comparison found something else");
  }
}

/// As a sweep does it: the list first, then page by page.
void compare(harness::PostgresCluster& cluster, Kind kind, std::size_t zones) {
  storage::postgres::ConnectionSettings settings;
  settings.conninfo = cluster.conninfo("minidns");
  storage::postgres::ConnectionPool connections(settings, 1, std::chrono::seconds(30));
  storage::postgres::NameserverWork work(connections);
  const PoolId pool(*Uuid::parse(pool_uuid));
  Answer answer(kind, zones);
  const auto postgres = static_cast<pid_t>(
      std::stoi(cluster.sql("minidns", "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")));
  (void)work.read_desired(pool, std::nullopt, 1);

  reset_peak();
  const double memory_before = peak_mib();
  std::vector<pool::ListedZone> observed;
  pool::ZoneListParser parser(pool::ZoneListFormat{kind, "_default"});
  const Cost reading = cost_of([&] { answer.send_to(parser); });
  const Cost sorting = cost_of([&] {
    auto list = std::move(parser).finish();
    if (!list) throw std::runtime_error(list.error().detail);
    observed = std::move(*list);
  });
  std::vector<pool::Finding> findings;
  pool::Comparison comparison(observed);
  Cost paging{}, planning{};
  double slowest_page = 0;
  const double postgres_before = cpu_seconds(postgres);
  std::optional<dns::Name> after;
  for (bool is_last = false; !is_last;) {
    std::vector<storage::DesiredZone> page;
    const Cost read = cost_of([&] { page = work.read_desired(pool, after, page_zones); });
    is_last = page.size() < page_zones;
    if (!is_last) after = page.back().name;
    const Cost planned = cost_of([&] { std::ranges::move(comparison.add(page), std::back_inserter(findings)); });
    paging = {paging.seconds + read.seconds, paging.cpu + read.cpu};
    planning = {planning.seconds + planned.seconds, planning.cpu + planned.cpu};
    slowest_page = std::max(slowest_page, read.seconds);
  }
  std::ranges::move(comparison.finish(), std::back_inserter(findings));
  const double postgres_cpu = cpu_seconds(postgres) - postgres_before;
  check(findings, zones);
  std::printf(
      "%-9s %zu zones, %.1f MB: reading %.2f s CPU, ordering %.2f s CPU; pages %.2f s (slowest %.1f ms), CPU "
      "%.2f s and PostgreSQL %.2f s; comparing %.2f s CPU; peak memory %.0f MiB more\n",
      kind == Kind::bind ? "BIND" : "PowerDNS", zones, static_cast<double>(answer.octets()) / 1e6, reading.cpu,
      sorting.cpu, paging.seconds, slowest_page * 1000, paging.cpu, postgres_cpu, planning.cpu,
      peak_mib() - memory_before);
  std::fflush(stdout);
}

/// The same rows by PostgreSQL's own fastest way.
void copy(harness::PostgresCluster& cluster) {
  const double before = children_cpu_seconds();
  const auto start = steady_clock::now();
  const auto result = harness::run(
      {"bash", "-c",
       "psql -q -d '" + cluster.conninfo("minidns") +
           "' -c \"copy (select id, name_key, version, serial, deleted_at is not null from zones where pool_id = '" +
           pool_uuid + "' order by name_key) to stdout (format binary)\" | wc -c"},
      {}, limit);
  if (result.status != 0) throw std::runtime_error(result.err);
  std::printf("COPY … TO STDOUT (FORMAT binary) of the same rows: %.2f s, psql's CPU %.2f s, %s",
              std::chrono::duration<double>(steady_clock::now() - start).count(), children_cpu_seconds() - before,
              (result.out.substr(0, result.out.find('\n')) + " octets\n").c_str());
  std::fflush(stdout);
}

}  // namespace

void measure_simulation(std::size_t zones) {
  harness::PostgresCluster cluster;
  cluster.create_database("minidns");
  std::string sql = insert_zones;
  sql.replace(sql.find("COUNT"), 5, std::to_string(zones));
  (void)cluster.sql("minidns", sql, limit);
  for (int round = 1; round <= 3; ++round) {
    compare(cluster, Kind::bind, zones);
    compare(cluster, Kind::powerdns, zones);
    copy(cluster);
  }
}

}  // namespace minidns::bench
