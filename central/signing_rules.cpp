#include "central/signing_rules.hpp"

#include "central/apex.hpp"

#include <algorithm>
#include <utility>

namespace minidns::central {
namespace {

constexpr std::int64_t medium_rrsets = 5'000;
constexpr std::int64_t large_rrsets = 50'000;
constexpr std::int32_t medium_buckets = 8;
constexpr std::int32_t large_buckets = 64;
/// Each refresh version is the whole zone for such a nameserver.
constexpr std::int32_t axfr_only_buckets = 2;

}  // namespace

std::int64_t ttl_max_s(const storage::SignatureTimes& times) {
  return std::int64_t{times.lifetime} - times.period - lag_allowance_s - soa_expire_s - validity_margin_s;
}

api::Result<void> check_ttl(const storage::SignatureTimes& times, dns::Ttl ttl, std::vector<std::string> path) {
  const auto largest = ttl_max_s(times);
  if (ttl.seconds() <= largest) {
    return {};
  }
  return api::invalid_field(
      std::move(path), "signatures would expire too early for a TTL of " + std::to_string(ttl.seconds()) +
                           ": the signature lifetime less the refresh period (" +
                           std::to_string(times.lifetime - times.period) + " s) must cover a lag of " +
                           std::to_string(lag_allowance_s) + " s, the SOA's expire of " + std::to_string(soa_expire_s) +
                           " s, the largest TTL and a margin of " + std::to_string(validity_margin_s) +
                           " s; the largest TTL can be " + std::to_string(std::max<std::int64_t>(largest, 0)));
}

api::Result<void> check_ttl(const std::optional<storage::LockedSigning>& signing, dns::Ttl ttl,
                            std::vector<std::string> path) {
  return signing ? check_ttl(signing->times, ttl, std::move(path)) : api::Result<void>();
}

std::int32_t buckets_for(std::int64_t rrsets, std::int32_t present, bool pool_has_axfr_only) {
  const auto step = [&](std::int64_t threshold, std::int32_t buckets) {
    return rrsets >= threshold || (present >= buckets && rrsets >= threshold / 2);
  };
  const std::int32_t wanted = step(large_rrsets, large_buckets)     ? large_buckets
                              : step(medium_rrsets, medium_buckets) ? medium_buckets
                                                                    : 1;
  return pool_has_axfr_only ? std::min(wanted, axfr_only_buckets) : wanted;
}

dnssec::Result<dnssec::SlotRule> slot_rule(const dns::Name& zone, const storage::SignatureTimes& times,
                                           std::int32_t buckets) {
  return dnssec::SlotRule::make(zone, {.period_s = times.period,
                                       .lifetime_s = times.lifetime,
                                       .skew_s = times.skew,
                                       .buckets = static_cast<std::uint32_t>(buckets)});
}

std::int64_t unix_seconds(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::chrono::system_clock::time_point time_of_unix(std::int64_t seconds) {
  return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}

}  // namespace minidns::central
