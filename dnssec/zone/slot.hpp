#pragma once

#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dnssec/error.hpp"

#include <cstdint>

namespace minidns::dnssec {

/// When signatures are made and how long they hold (DESIGN.md §4, "Signature times"). Stored in the zone version.
struct SlotTimes {
  std::int64_t period_s;    ///< P: each signature is made anew once in it; 1 to `period_s_max`
  std::int64_t lifetime_s;  ///< L: from the start of its slot to its expiration; more than P, below 2^31
  std::int64_t skew_s;      ///< how long before the start of its slot the inception is; 0 to P
  std::uint32_t buckets;    ///< B, a power of two up to `buckets_max`

  friend bool operator==(const SlotTimes&, const SlotTimes&) = default;

  static constexpr std::int64_t period_s_max = 366L * 86'400;
  static constexpr std::int64_t lifetime_s_max = 0x7fff'ffff;  ///< RRSIG times are compared by RFC 1982
  static constexpr std::uint32_t buckets_max = 1U << 16;       ///< many more than a week has minutes
};

/// The slot in which an RRset's signature is, at a signing time.
struct Slot {
  std::int64_t start_s;  ///< Unix seconds
  std::uint32_t inception;
  std::uint32_t expiration;

  friend bool operator==(const Slot&, const Slot&) = default;
};

/// From owner, type and signing time to a slot: the same everywhere and for ever.
///
///     hash(x)   = the first 8 octets of SHA-256(x), big-endian
///     b         = hash(owner in lower case, wire form ‖ type, 2 octets) mod B
///     o         = (hash(apex in lower case, wire form) mod P + P · bitreverse(b) / B) mod P
///     start     = floor((T − o) / P) · P + o
///
/// so that doubling B keeps half of the offsets. The apex' DNSKEY, CDS and CDNSKEY are in bucket 0 whatever B is:
/// central stores their signatures by slot, and these survive a change of B.
class SlotRule {
 public:
  /// `bad_input` if a time is out of its range.
  [[nodiscard]] static Result<SlotRule> make(const dns::Name& apex, const SlotTimes& times);

  [[nodiscard]] std::uint32_t bucket_of(const dns::Name& owner, dns::RRType type) const;
  [[nodiscard]] Slot slot_of(std::uint32_t bucket, std::int64_t signing_time_s) const;
  /// The first time after `signing_time_s` at which a bucket enters its next slot: when a refresh version is due. O(B).
  [[nodiscard]] std::int64_t next_due_s(std::int64_t signing_time_s) const;
  /// T + L − P: no signature of a version with this signing time expires before it.
  [[nodiscard]] std::int64_t earliest_expiry_s(std::int64_t signing_time_s) const;

  [[nodiscard]] const SlotTimes& times() const { return times_; }

 private:
  SlotRule(dns::Name apex, const SlotTimes& times, std::int64_t zone_offset_s)
      : apex_(std::move(apex)), times_(times), zone_offset_s_(zone_offset_s) {}
  [[nodiscard]] std::int64_t start_of(std::uint32_t bucket, std::int64_t signing_time_s) const;

  dns::Name apex_;
  SlotTimes times_;
  std::int64_t zone_offset_s_;
};

/// DNSKEY, CDS and CDNSKEY, which at the apex are signed by other keys than the rest (RFC 4035 §2.2, RFC 7344 §4.1).
[[nodiscard]] constexpr bool is_key_set_type(dns::RRType type) {
  return type == dns::RRType::dnskey || type == dns::RRType::cds || type == dns::RRType::cdnskey;
}

}  // namespace minidns::dnssec
