// The local store with many zones: from opening it until the whole index can be served, memory per idle zone, and
// reading contents. Beside it, as the peer, LMDB's own scan of the same file, which hands over octets and looks at
// nothing.
//
//     bench_store [ZONES] [FOLDER]     1,000,000 zones of 6 records; the folder is removed at the end

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "dns/snapshot/builder.hpp"
#include "dns/soa.hpp"
#include "mdns/store/local_store.hpp"
#include "mdns/store/store_writer.hpp"
#include "mdns/zone_index.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace minidns;
using namespace minidns::mdns;
using Clocks = std::chrono::steady_clock;

constexpr std::uint64_t map_octets = std::uint64_t{64} << 30;
constexpr std::size_t batch = 2000;

double seconds_since(Clocks::time_point start) {
  return std::chrono::duration<double>(Clocks::now() - start).count();
}

/// A line of /proc/self/status, in KiB.
long status_kib(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == name + ":") {
      long value = 0;
      status >> value;
      return value;
    }
  }
  return 0;
}

/// As UUIDv7: rising, and random behind.
ZoneId zone_id(std::uint64_t n) {
  std::array<std::uint8_t, 16> octets{};
  const std::uint64_t noise = (n + 1) * 0x9e3779b97f4a7c15ULL;
  for (std::size_t i = 0; i < 8; ++i) {
    octets[i] = static_cast<std::uint8_t>((n >> 4U) >> (56 - 8 * i));
    octets[8 + i] = static_cast<std::uint8_t>(noise >> (56 - 8 * i));
  }
  return ZoneId(Uuid(octets));
}

dns::RRset soa_of(const dns::Name& apex, std::uint32_t serial) {
  const dns::Soa soa{*dns::Name::from_text("ns1.hoster.example."),
                     *dns::Name::from_text("hostmaster.hoster.example."),
                     dns::Serial(serial),
                     3600,
                     600,
                     604'800,
                     300};
  return {apex, dns::RRType::soa, dns::Ttl::from_wire(3600), {soa.to_rdata()}};
}

dns::Rdata name_rdata(const char* text) {
  const auto name = *dns::Name::from_text(text);
  return *dns::Rdata::from_octets(Bytes(name.wire().begin(), name.wire().end()));
}

SnapshotPointer snapshot_of(const dns::Name& apex, std::size_t hosts) {
  dns::SnapshotBuilder builder(apex);
  const auto add = [&](const dns::RRset& rrset) {
    if (!builder.add(rrset)) {
      std::abort();
    }
  };
  const auto ttl = dns::Ttl::from_wire(3600);
  add({apex, dns::RRType::a, ttl, {*dns::Rdata::from_octets({192, 0, 2, 1})}});
  add({apex, dns::RRType::ns, ttl, {name_rdata("ns1.hoster.example."), name_rdata("ns2.hoster.example.")}});
  for (std::size_t i = 0; i < hosts; ++i) {
    std::string label = std::to_string(i);
    label.insert(0, 8 - label.size(), '0');
    add({*apex.child("w" + label), dns::RRType::a, ttl, {*dns::Rdata::from_octets({192, 0, 2, 2})}});
  }
  return *std::move(builder).finish(dns::Version(1), soa_of(apex, 1));
}

dns::Name apex_of(std::uint64_t n) {
  return *dns::Name::from_text("customer-" + std::to_string(n) + ".example.");
}

/// In a process of its own, so that its memory doesn't count.
void fill(const std::string& folder, std::uint64_t zones, std::size_t large_hosts) {
  const auto start = Clocks::now();
  store::Folder place(folder);
  store::StoreFile file(place.data(), map_octets);
  const PoolId pool(zone_id(1).uuid());
  for (std::uint64_t n = 0; n < zones; n += batch) {
    store::StoreWriter writer(file);
    for (std::uint64_t i = n; i < std::min(zones, n + batch); ++i) {
      const auto snapshot = snapshot_of(apex_of(i), i == 0 ? large_hosts : 2);
      const auto soa = snapshot->soa();
      writer.put({zone_id(i)},
                 {zone_id(i), snapshot->apex(), pool, snapshot->version(), snapshot->serial(), soa.ttl,
                  with_serial(soa.rdata[0], dns::Serial(0))},
                 {snapshot, {}});
    }
    writer.set_position({1, 1, 1});
    writer.set_heard_at(
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count());
    writer.commit();
  }
  std::printf("filled with %llu zones in %.1f s: %.0f octets of the file per zone\n",
              static_cast<unsigned long long>(zones), seconds_since(start),
              static_cast<double>(file.octets_used()) / static_cast<double>(zones));
}

void scan(const std::string& folder) {
  const store::Environment environment(folder + "/data", map_octets);
  const auto start = Clocks::now();
  std::size_t octets = 0;
  std::size_t zones = 0;
  const store::Transaction reading(environment, store::Transaction::Kind::read);
  reading.for_each(store::Table::zones, {}, [&](ByteView key, ByteView value) {
    octets += key.size() + value.size();
    ++zones;
    return true;
  });
  std::printf("LMDB alone: a scan of the index       %6.2f s  %zu zones, %zu octets\n", seconds_since(start), zones,
              octets);
}

void read_contents(LocalStore& local, std::uint64_t zones) {
  std::mt19937_64 dice(1);
  std::vector<double> times;
  for (int i = 0; i < 2000; ++i) {
    const ContentKey key{zone_id(1 + dice() % (zones - 1))};
    const auto start = Clocks::now();
    if (!local.read(key)) {
      std::printf("a content is missing\n");
    }
    times.push_back(seconds_since(start) * 1e6);
  }
  std::ranges::sort(times);
  std::printf("MiniDNS: reading a content of 6 records p50 %.0f us, p99 %.0f us\n", times[times.size() / 2],
              times[times.size() * 99 / 100]);
  const auto start = Clocks::now();
  const auto large = local.read({zone_id(0)});
  const double took = seconds_since(start);
  std::printf("MiniDNS: reading a content of %zu records  %.3f s\n",
              large ? large->snapshot->record_count() : std::size_t{0}, took);
  const auto rendering = Clocks::now();
  const auto rendered = snapshot_of(apex_of(0), large ? large->snapshot->record_count() - 4 : 0);
  std::printf("         rendering the same from records in memory %.3f s\n", seconds_since(rendering));
}

void start(const std::string& folder, std::uint64_t zones) {
  const SystemClock clock;
  const Logger log("bench", LogLevel::error, STDERR_FILENO);
  Metrics metrics;
  const long before_kib = status_kib("RssAnon");
  const auto begin = Clocks::now();
  ZoneIndex index;
  LocalStore local({folder, map_octets, std::chrono::hours(24)}, index, clock, log, make_store_metrics(metrics));
  const auto restored = local.restore([&](const storage::ZoneHead& head) { (void)index.publish(head); });
  const double took = seconds_since(begin);
  const long after_kib = status_kib("RssAnon");
  if (!restored || index.size() != zones) {
    std::printf("not restored: %zu zones\n", index.size());
    return;
  }
  std::printf("MiniDNS: from opening to a served index %6.2f s  %zu zones\n", took, index.size());
  std::printf("MiniDNS: memory per idle zone           %6.0f octets (and %ld MiB of the file mapped)\n",
              static_cast<double>(after_kib - before_kib) * 1024 / static_cast<double>(zones),
              status_kib("RssFile") / 1024);
  read_contents(local, zones);
}

/// Runs a part in a child, whose memory is its own.
template <class Part>
void apart(Part part) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    part();
    std::fflush(stdout);
    std::_Exit(0);
  }
  int status = 0;
  (void)::waitpid(child, &status, 0);
  if (status != 0) {
    std::printf("a part failed with status %d\n", status);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t zones = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const std::string folder = argc > 2 ? argv[2] : "/var/tmp/minidns-bench-store";
  std::filesystem::remove_all(folder);
  apart([&] { fill(folder, zones, 1'000'000); });
  apart([&] { scan(folder); });
  apart([&] { start(folder, zones); });
  std::filesystem::remove_all(folder);
}
