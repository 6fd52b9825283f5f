// What a zone snapshot costs: building it, one change in zones of three sizes, finding an RRset, walking the zone, and
// memory beside the wire form. No peer: it is a data structure inside of mdns. Figures are of one thread.

#include "dns/delta.hpp"
#include "dns/snapshot/authoritative.hpp"
#include "dns/snapshot/axfr_source.hpp"
#include "dns/snapshot/builder.hpp"
#include "dns/snapshot/cursor.hpp"
#include "dns/snapshot/diff.hpp"
#include "dns/snapshot/ixfr_answer.hpp"
#include "dns/soa.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace minidns;
using namespace minidns::dns;
using Clock = std::chrono::steady_clock;
using Snapshot = std::shared_ptr<const ZoneSnapshot>;

const Name apex = Name::from_text("bench.example.").value();

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

/// Keeps the compiler from leaving out what nobody reads.
std::size_t sink = 0;

RRset soa(std::uint32_t serial) {
  const Soa fields{Name::from_text("ns.example.net.").value(),
                   Name::from_text("hostmaster.example.net.").value(),
                   Serial(serial),
                   3600,
                   600,
                   604'800,
                   300};
  return {apex, RRType::soa, Ttl::from_wire(3600), {fields.to_rdata()}};
}

RRset host(std::size_t i, std::uint8_t last_octet = 1) {
  const auto owner = apex.child("host" + std::to_string(10'000'000 + i)).value();
  const Bytes address = {10, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i), last_octet};
  return {owner, RRType::a, Ttl::from_wire(3600), {Rdata::from_octets(address).value()}};
}

std::vector<RRset> hosts(std::size_t count) {
  std::vector<RRset> rrsets;
  rrsets.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    rrsets.push_back(host(i));
  }
  return rrsets;
}

Snapshot build(const std::vector<RRset>& rrsets) {
  SnapshotBuilder builder(apex);
  for (const auto& rrset : rrsets) {
    builder.add(rrset).value();
  }
  return std::move(builder).finish(Version(1), soa(1)).value();
}

struct Times {
  double median_us;
  double p99_us;
};

template <class Work>
Times measure(std::size_t rounds, Work&& work) {
  std::vector<double> times(rounds);
  for (std::size_t i = 0; i < rounds; ++i) {
    const auto start = Clock::now();
    work(i);
    times[i] = microseconds_since(start);
  }
  std::sort(times.begin(), times.end());
  return {times[rounds / 2], times[rounds * 99 / 100]};
}

void measure_apply(std::size_t records) {
  constexpr std::size_t rounds = 1000;
  const auto rrsets = hosts(records);
  Snapshot snapshot = build(rrsets);
  const std::size_t chunks = snapshot->tree().totals().chunks;
  std::mt19937_64 random(records);
  std::vector<Delta> deltas;
  for (std::size_t i = 0; i < rounds; ++i) {
    const auto version = static_cast<std::int64_t>(i + 1);
    const std::size_t which = random() % records;
    const RRset before = *snapshot->find(rrsets[which].owner, RRType::a);
    const RRset after = host(which, static_cast<std::uint8_t>(2 + i % 250));
    Delta delta{Version(version),
                Version(version + 1),
                soa(static_cast<std::uint32_t>(version)),
                soa(static_cast<std::uint32_t>(version + 1)),
                {}};
    if (before != after) {
      delta.changes.push_back({{before}, {after}});
    }
    deltas.push_back(std::move(delta));
    snapshot = snapshot->apply(deltas.back()).value();
  }
  snapshot = build(rrsets);
  const auto apply = measure(rounds, [&](std::size_t i) { snapshot = snapshot->apply(deltas[i]).value(); });
  const auto ixfr = measure(rounds, [&](std::size_t i) {
    sink += IxfrAnswer::render(deltas[i], snapshot->transfer_octets())->size_octets();
  });
  const Snapshot last =
      snapshot->apply({snapshot->version(), Version(rounds + 2), snapshot->soa(), soa(9999), {}}).value();
  const auto neighbours = measure(100, [&](std::size_t) { sink += diff(*snapshot, *last).changes.size(); });
  std::printf(
      "%9zu records %6zu chunks | one change: p50 %6.1f us p99 %6.1f us | render its IXFR: %5.1f us | "
      "diff of two neighbours: %5.1f us\n",
      records, chunks, apply.median_us, apply.p99_us, ixfr.median_us, neighbours.median_us);
}

void measure_build_and_read(std::size_t records) {
  const auto rrsets = hosts(records);
  auto start = Clock::now();
  const Snapshot snapshot = build(rrsets);
  const double build_us = microseconds_since(start);
  std::printf("build %zu records: %.2f s, %.2f million records/s\n", records, build_us / 1e6,
              static_cast<double>(records) / build_us);
  std::printf("memory %.1f MB, wire %.1f MB: factor %.3f, %.1f octets per record\n",
              static_cast<double>(snapshot->octets()) / 1e6, static_cast<double>(snapshot->transfer_octets()) / 1e6,
              static_cast<double>(snapshot->octets()) / static_cast<double>(snapshot->transfer_octets()),
              static_cast<double>(snapshot->octets()) / static_cast<double>(records));

  constexpr std::size_t lookups = 1'000'000;
  std::mt19937_64 random(1);
  std::vector<OwnerKey> keys;
  for (std::size_t i = 0; i < lookups; ++i) {
    keys.push_back(OwnerKey::of(rrsets[random() % records].owner, apex));
  }
  start = Clock::now();
  for (const auto& key : keys) {
    sink += SnapshotCursor(snapshot->tree(), key.octets(), RRType::a).is_at(key.octets(), RRType::a) ? 1 : 0;
  }
  std::printf("seek: %.2f us\n", microseconds_since(start) / lookups);
  start = Clock::now();
  for (const auto& key : keys) {
    sink += snapshot->find(key, RRType::a)->rdata.size();
  }
  std::printf("find (seek and copy): %.2f us\n", microseconds_since(start) / lookups);
  start = Clock::now();
  for (std::size_t i = 0; i < lookups; ++i) {
    sink += answer_authoritatively(*snapshot, rrsets[(i * 7919) % records].owner, RRType::a).answer.size();
  }
  std::printf("authoritative answer: %.2f us\n", microseconds_since(start) / lookups);

  start = Clock::now();
  for (SnapshotCursor cursor(*snapshot); !cursor.at_end(); cursor.next()) {
    sink += cursor.rrset().rdata.size();
  }
  std::printf("walk, all decoded: %.2f million records/s\n", static_cast<double>(records) / microseconds_since(start));
  start = Clock::now();
  AxfrSource source(snapshot);
  while (const auto body = source.next()) {
    sink += body->size_octets();
  }
  std::printf("AXFR bodies, not sent: %.0f us for all\n", microseconds_since(start));
}

}  // namespace

int main() {
  measure_build_and_read(1'000'000);
  for (const std::size_t records : {10'000U, 100'000U, 1'000'000U}) {
    measure_apply(records);
  }
  return sink == 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
