// AXFR of a large zone that is not in mdns's memory, so that it comes from PostgreSQL: time until the last
// octet, beside a plain `COPY … TO STDOUT (FORMAT binary)` of the same rows in the same run, whose octets are thrown
// away; and the CPU of mdns. A signed zone is signed anew each time. RECORDS are those of the unsigned zone.
//
//   bench_axfr_cold [RECORDS] [ROUNDS] [unsigned|mdns-signed]      default 1000000, 5 and unsigned

#include "bench/drain.hpp"
#include "bench/large_zone.hpp"
#include "bench/measure.hpp"

#include <libpq-fe.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace minidns::bench {
namespace {

struct Finish {
  void operator()(PGconn* session) const { PQfinish(session); }
  void operator()(PGresult* result) const { PQclear(result); }
};

/// Seconds to copy the zone's current rows, as mdns reads them.
double copy_seconds(const std::string& conninfo, const LargeZone& zone) {
  const std::unique_ptr<PGconn, Finish> session(PQconnectdb(conninfo.c_str()));
  const auto start = std::chrono::steady_clock::now();
  const auto sql =
      "copy (select r.owner, r.type, r.ttl, r.owner_case, r.rdata from rrsets r where r.zone_id ="
      " (select id from zones where name = '" +
      zone.name +
      "' and deleted_at is null) and r.view = 0 and r.until is null and not (r.owner = ''::bytea and r.type = 6)"
      " order by r.owner, r.type) to stdout (format binary)";
  std::unique_ptr<PGresult, Finish> result(PQexec(session.get(), sql.c_str()));
  if (PQresultStatus(result.get()) != PGRES_COPY_OUT) throw std::runtime_error(PQerrorMessage(session.get()));
  char* row = nullptr;
  while (PQgetCopyData(session.get(), &row, 0) > 0) PQfreemem(row);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void print(const char* what, const std::vector<double>& seconds) {
  std::printf("%-36s median %7.3f s  best %7.3f s\n", what, quantile(seconds, 0.5), quantile(seconds, 0));
}

int run(const LargeZone& zone, int rounds) {
  harness::PlatformOptions options;
  options.bind = options.powerdns = false;
  options.log_level = "info";
  // The zone alone is more than this, so that a transfer of any other throws it out.
  options.mdns_config = "unsigned_queries: {allow: [127.0.0.0/8]}\nsnapshots: {octets_max: 1048576}\n";
  harness::Platform platform(options);
  const LargeZone other{"other.bench.example.", 10};
  create_large_zone(platform, zone);
  create_large_zone(platform, other);
  for (const int which : {1, 2}) {
    wait_until_loaded(platform, zone, which);
    wait_until_loaded(platform, other, which);
  }
  const auto transfer = [&](const LargeZone& what) {
    return drain_axfr("127.0.0.1", platform.mdns_port(), what.name, platform.transfer_key());
  };
  const auto mdns = platform.mdns(1).pid();
  std::vector<double> copy;
  std::vector<double> cold;
  std::vector<double> ratio;
  std::vector<double> cpu;
  for (int round = 0; round < rounds; ++round) {
    copy.push_back(copy_seconds(platform.postgres().conninfo("minidns"), zone));
    (void)transfer(other);
    const auto before = cpu_seconds(mdns);
    cold.push_back(transfer(zone).seconds);
    cpu.push_back(cpu_seconds(mdns) - before);
    ratio.push_back(cold.back() / copy.back());
  }
  std::printf("%zu records\n", zone.records());
  print("COPY … TO STDOUT (FORMAT binary)", copy);
  print("MiniDNS, cold AXFR with TSIG", cold);
  print("  its CPU", cpu);
  std::printf("cold AXFR / COPY: median %.2f, best %.2f\n", quantile(ratio, 0.5), quantile(ratio, 0));
  return 0;
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const auto records = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const bool is_signed = argc > 3 && std::string(argv[3]) == "mdns-signed";
  using namespace minidns::bench;
  return run(is_signed ? signed_zone(records, Signatures::by_mdns) : unsigned_zone(records),
             argc > 2 ? std::atoi(argv[2]) : 5);
}
