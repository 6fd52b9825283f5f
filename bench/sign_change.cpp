// What a change of a signed zone costs, in zones of three sizes: an address that changes, a name that comes, one that
// goes; and in the largest a refresh, when one of 64 buckets is due. No peer: a primary that signs by the clock has no
// such function.
//
//   bench_sign_change [LARGEST] [CHANGES] [zonemd]     default 1000000 and 300 of each kind: 1 %, 10 % and all of
//   LARGEST records; `zonemd`: with a ZONEMD record, which is made of the whole zone

#include "dnssec/zone/sign_change.hpp"

#include "bench/measure.hpp"
#include "bench/zone_to_sign.hpp"
#include "dns/delta.hpp"
#include "dnssec/zone/slot.hpp"
#include "mdns/signing/crypto_threads.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

namespace minidns::bench {
namespace {

using std::chrono::steady_clock;

constexpr std::uint32_t buckets = 64;

double us_since(steady_clock::time_point start) {
  return std::chrono::duration<double, std::micro>(steady_clock::now() - start).count();
}

/// A signed zone that moves on from version to version.
class SignedZone {
 public:
  SignedZone(const ZoneToSign& zone, const ZoneKeys& keys, bool zonemd)
      : zone_(zone),
        signing_(with_zonemd(keys.inputs(zone, buckets), zonemd)),
        now_(sign_whole(zone, zone.rrsets(), signing_.inputs, threads_.executor())) {}

  struct Step {
    double sign_us;
    double apply_us;
    double cpu_us;  ///< of both
    std::size_t signatures;
    std::size_t changes;  ///< RRsets, without the SOA
  };
  Step change(std::vector<dns::RRsetChange> content) { return move_on(std::move(content), signing_.inputs); }

  /// To the next time at which a bucket is due.
  Step refresh() {
    auto next = signing_.inputs;
    const auto slots = dnssec::SlotRule::make(zone_.apex(), next.times).value();
    next.signing_time_s = slots.next_due_s(next.signing_time_s);
    const auto step = move_on({}, next);
    signing_.inputs = next;
    return step;
  }

 private:
  static ZoneKeys::Inputs with_zonemd(ZoneKeys::Inputs signing, bool zonemd) {
    signing.inputs.zonemd = zonemd;
    return signing;
  }

  Step move_on(std::vector<dns::RRsetChange> content, const dnssec::SigningInputs& inputs) {
    const auto version = now_->version().value();
    const dns::Delta delta{dns::Version(version), dns::Version(version + 1), now_->soa(),
                           zone_.soa(static_cast<std::uint32_t>(version + 1)), std::move(content)};
    const auto signed_before = signing_.zone_signer->count();
    const double cpu_before = process_cpu_seconds();
    const auto start = steady_clock::now();
    const auto made = dnssec::sign_change(*now_, signing_.inputs, delta, inputs, threads_.executor()).value();
    const double sign_us = us_since(start);
    const auto applying = steady_clock::now();
    now_ = now_->apply(made).value();
    return {sign_us, us_since(applying), (process_cpu_seconds() - cpu_before) * 1e6,
            signing_.zone_signer->count() - signed_before, made.changes.size()};
  }

  const ZoneToSign& zone_;
  ZoneKeys::Inputs signing_;
  mdns::CryptoThreads threads_{1};
  std::shared_ptr<const dns::ZoneSnapshot> now_;
};

void print(std::size_t records, const char* what, const std::vector<SignedZone::Step>& steps) {
  std::vector<double> sign;
  std::vector<double> apply;
  std::vector<double> cpu;
  std::vector<double> signatures;
  for (const auto& step : steps) {
    sign.push_back(step.sign_us);
    apply.push_back(step.apply_us);
    cpu.push_back(step.cpu_us);
    signatures.push_back(static_cast<double>(step.signatures));
  }
  std::printf(
      "%8zu records, %-15s sign p50 %7.0f us (best %6.0f) | apply p50 %6.0f us (best %6.0f) | CPU p50 %6.0f us | "
      "signatures p50 %.0f, most %.0f\n",
      records, what, quantile(sign, 0.5), quantile(sign, 0), quantile(apply, 0.5), quantile(apply, 0),
      quantile(cpu, 0.5), quantile(signatures, 0.5), quantile(signatures, 1));
  std::fflush(stdout);
}

void print_refresh(std::size_t records, const SignedZone::Step& step) {
  std::printf(
      "%8zu records, refresh of 1 bucket of %u: sign %.0f ms, apply %.0f ms, CPU %.0f ms, %zu signatures, %zu "
      "RRsets differ\n",
      records, buckets, step.sign_us / 1e3, step.apply_us / 1e3, step.cpu_us / 1e3, step.signatures, step.changes);
  std::fflush(stdout);
}

void measure(std::size_t records, int changes, bool zonemd) {
  const ZoneToSign zone(records);
  const ZoneKeys keys(zone, dnssec::Algorithm::ecdsap256sha256);
  SignedZone signed_zone(zone, keys, zonemd);
  std::mt19937_64 random(records);  // NOLINT: the same hosts on every run
  std::vector<SignedZone::Step> address;
  std::vector<SignedZone::Step> comes;
  std::vector<SignedZone::Step> goes;
  for (int change = 0; change < changes; ++change) {
    const std::size_t host = random() % zone.hosts();
    address.push_back(signed_zone.change({{{zone.address(host)}, {zone.address(host, 172)}}}));
    (void)signed_zone.change({{{zone.address(host, 172)}, {zone.address(host)}}});
    comes.push_back(signed_zone.change({{{}, {zone.new_address(host)}}}));
    goes.push_back(signed_zone.change({{{zone.new_address(host)}, {}}}));
  }
  print(records, "address changes", address);
  print(records, "name comes", comes);
  print(records, "name goes", goes);
  for (int i = 0; i < 3; ++i) print_refresh(records, signed_zone.refresh());
}

}  // namespace
}  // namespace minidns::bench

int main(int argc, char** argv) {
  const auto largest = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const auto changes = argc > 2 ? std::atoi(argv[2]) : 300;
  const bool zonemd = argc > 3 && std::string(argv[3]) == "zonemd";
  for (const auto records : {largest / 100, largest / 10, largest}) {
    minidns::bench::measure(records, changes, zonemd);
  }
  return EXIT_SUCCESS;
}
