#pragma once

#include "dns/rrset.hpp"
#include "dns/soa.hpp"
#include "storage/inbound_store.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

/// When a primary is asked, and what its SOA means. Pure.
namespace minidns::mdns {

/// Bounds of what a customer's SOA may ask for, so that it can neither make us ask all the time nor be forgotten.
struct RefreshLimits {
  std::chrono::milliseconds refresh_min{std::chrono::minutes(5)};
  std::chrono::milliseconds refresh_max{std::chrono::hours(24)};
  std::chrono::milliseconds retry_min{std::chrono::seconds(30)};
  std::chrono::milliseconds retry_max{std::chrono::hours(1)};
};

enum class Verdict {
  up_to_date,
  transfer,        ///< newer than what we have: the difference will do
  transfer_whole,  ///< we have nothing, or were told to
  went_back,       ///< its serial isn't newer than ours, nor ours
  changed          ///< our serial, but another SOA
};
[[nodiscard]] Verdict judge(const storage::InboundZone& zone, const dns::RRset& theirs);

/// Times of an SOA within the limits. `random` is from 0 to 1: refresh and retry are up to a quarter shorter, so that
/// many zones don't stay in step.
[[nodiscard]] std::chrono::milliseconds refresh_after(const dns::RRset& soa, const RefreshLimits& limits,
                                                      double random);
/// After so many failures in a row, 1 and up; without an SOA it doubles from the lowest to the highest.
[[nodiscard]] std::chrono::milliseconds retry_after(const std::optional<dns::RRset>& soa, std::int64_t failures,
                                                    const RefreshLimits& limits, double random);
/// RFC 1035 §3.3.13: how long without a primary a zone may be served; never shorter than until the first retry.
[[nodiscard]] std::chrono::milliseconds expire_after(const dns::RRset& soa, const RefreshLimits& limits);

}  // namespace minidns::mdns
