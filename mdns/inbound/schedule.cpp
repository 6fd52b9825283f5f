#include "mdns/inbound/schedule.hpp"

#include <algorithm>

namespace minidns::mdns {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int doublings_max = 16;

dns::Soa soa_of(const dns::RRset& soa) {
  return *dns::Soa::from_rdata(soa.rdata.front().octets());  // it was read from a transfer, which checks it
}

milliseconds with_jitter(milliseconds time, double random) {
  return time - milliseconds(static_cast<std::int64_t>(static_cast<double>(time.count()) * 0.25 * random));
}

bool same_but_for_case(const dns::RRset& a, const dns::RRset& b) {
  const auto x = soa_of(a);
  const auto y = soa_of(b);
  return x.mname == y.mname && x.rname == y.rname && x.refresh_s == y.refresh_s && x.retry_s == y.retry_s &&
         x.expire_s == y.expire_s && x.minimum_s == y.minimum_s;
}

}  // namespace

Verdict judge(const storage::InboundZone& zone, const dns::RRset& theirs) {
  const dns::Serial serial = dns::serial_of(theirs.rdata.front());
  if (!zone.has_content || !zone.soa || zone.accepted == serial) {
    return Verdict::transfer_whole;
  }
  if (serial.is_newer_than(zone.serial)) {
    return zone.forced ? Verdict::transfer_whole : Verdict::transfer;
  }
  if (serial != zone.serial) {
    return Verdict::went_back;
  }
  if (zone.forced) {
    return Verdict::transfer_whole;
  }
  return same_but_for_case(*zone.soa, theirs) ? Verdict::up_to_date : Verdict::changed;
}

milliseconds refresh_after(const dns::RRset& soa, const RefreshLimits& limits, double random) {
  const milliseconds wanted = seconds(soa_of(soa).refresh_s);
  return with_jitter(std::clamp(wanted, limits.refresh_min, limits.refresh_max), random);
}

milliseconds retry_after(const std::optional<dns::RRset>& soa, std::int64_t failures, const RefreshLimits& limits,
                         double random) {
  milliseconds wanted = limits.retry_min;
  if (soa) {
    wanted = seconds(soa_of(*soa).retry_s);
  } else {
    wanted *= std::int64_t{1} << std::clamp<std::int64_t>(failures - 1, 0, doublings_max);
  }
  return with_jitter(std::clamp(wanted, limits.retry_min, limits.retry_max), random);
}

milliseconds expire_after(const dns::RRset& soa, const RefreshLimits& limits) {
  const milliseconds least = refresh_after(soa, limits, 0) + retry_after(soa, 1, limits, 0);
  return std::max<milliseconds>(seconds(soa_of(soa).expire_s), least);
}

}  // namespace minidns::mdns
