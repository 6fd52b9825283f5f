#include "dnssec/zone/slot.hpp"

#include "base/bytes.hpp"
#include "dnssec/zone/hash.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

namespace minidns::dnssec {
namespace {

/// The low `bits` bits in reverse.
std::uint32_t bit_reverse(std::uint32_t value, int bits) {
  std::uint32_t reversed = 0;
  for (int i = 0; i < bits; ++i) {
    reversed = reversed << 1 | (value >> i & 1);
  }
  return reversed;
}

/// Length octets of a name are below 'A', so they stay.
std::uint8_t lower_case(std::uint8_t octet) {
  return octet >= 'A' && octet <= 'Z' ? static_cast<std::uint8_t>(octet - 'A' + 'a') : octet;
}

Error out_of_range(const char* what, std::int64_t value) {
  return {Errc::bad_input, std::string("signature times: ") + what + " can't be " + std::to_string(value)};
}

}  // namespace

Result<SlotRule> SlotRule::make(const dns::Name& apex, const SlotTimes& times) {
  if (times.period_s < 1 || times.period_s > SlotTimes::period_s_max) {
    return out_of_range("the period", times.period_s);
  }
  if (times.lifetime_s <= times.period_s || times.lifetime_s > SlotTimes::lifetime_s_max) {
    return out_of_range("the lifetime", times.lifetime_s);
  }
  if (times.skew_s < 0 || times.skew_s > times.period_s) {
    return out_of_range("the skew", times.skew_s);
  }
  if (!std::has_single_bit(times.buckets) || times.buckets > SlotTimes::buckets_max) {
    return out_of_range("the number of buckets", times.buckets);
  }
  const auto hash = stable_hash(apex.lowercased().wire());
  return SlotRule(apex, times, static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(times.period_s)));
}

std::uint32_t SlotRule::bucket_of(const dns::Name& owner, dns::RRType type) const {
  if (times_.buckets == 1 || (is_key_set_type(type) && owner == apex_)) {
    return 0;
  }
  // On the stack: asked for every RRset of a zone.
  std::array<std::uint8_t, dns::Name::size_octets_max + 2> octets;
  const auto end = std::ranges::transform(owner.wire(), octets.begin(), lower_case).out;
  const auto size = static_cast<std::size_t>(end - octets.begin());
  octets[size] = static_cast<std::uint8_t>(type.value() >> 8);
  octets[size + 1] = static_cast<std::uint8_t>(type.value() & 0xff);
  return static_cast<std::uint32_t>(stable_hash(ByteView(octets).first(size + 2)) % times_.buckets);
}

std::int64_t SlotRule::start_of(std::uint32_t bucket, std::int64_t signing_time_s) const {
  const int bits = std::countr_zero(times_.buckets);
  const std::int64_t share = times_.period_s * bit_reverse(bucket, bits) / times_.buckets;
  const std::int64_t offset = (zone_offset_s_ + share) % times_.period_s;
  const std::int64_t into_slot = (signing_time_s - offset) % times_.period_s;
  return signing_time_s - (into_slot < 0 ? into_slot + times_.period_s : into_slot);
}

Slot SlotRule::slot_of(std::uint32_t bucket, std::int64_t signing_time_s) const {
  const std::int64_t start = start_of(bucket, signing_time_s);
  // RRSIG times are modulo 2^32 (RFC 4034 §3.1.5).
  return {start, static_cast<std::uint32_t>(start - times_.skew_s),
          static_cast<std::uint32_t>(start + times_.lifetime_s)};
}

std::int64_t SlotRule::next_due_s(std::int64_t signing_time_s) const {
  std::int64_t first = signing_time_s + times_.period_s;
  for (std::uint32_t bucket = 0; bucket < times_.buckets; ++bucket) {
    first = std::min(first, start_of(bucket, signing_time_s) + times_.period_s);
  }
  return first;
}

std::int64_t SlotRule::earliest_expiry_s(std::int64_t signing_time_s) const {
  return signing_time_s + times_.lifetime_s - times_.period_s;
}

}  // namespace minidns::dnssec
