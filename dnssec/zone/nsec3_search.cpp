#include "dnssec/zone/nsec3_search.hpp"

#include "dns/snapshot/cursor.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>

namespace minidns::dnssec {
namespace {

using dns::RRType;

constexpr std::size_t hash_prefix_octets = 8;

/// The first 64 bits: enough to tell distances.
std::uint64_t prefix_of(const Nsec3Hash& hash) {
  std::uint64_t prefix = 0;
  for (std::size_t i = 0; i < hash_prefix_octets; ++i) {
    prefix = prefix << 8 | hash[i];
  }
  return prefix;
}

Nsec3Hash hash_from(std::uint64_t prefix) {
  Nsec3Hash hash{};
  for (std::size_t i = 0; i < hash_prefix_octets; ++i) {
    hash[i] = static_cast<std::uint8_t>(prefix >> (56 - 8 * i) & 0xff);
  }
  return hash;
}

}  // namespace

Bytes nsec3_owner_key(const Nsec3Hash& hash) {
  const dns::Name name = nsec3_owner(hash, dns::Name::root()).value();  // 32 octets before the root: it fits
  return {name.wire().begin() + 1, name.wire().end()};                  // the root's 0 ends the label in the key, too
}

bool is_between(const Nsec3Hash& from, const Nsec3Hash& middle, const Nsec3Hash& to) {
  return from < to ? from < middle && middle < to : (middle > from || middle < to) && middle != from;
}

Nsec3Search::Nsec3Search(const dns::ZoneSnapshot& zone)
    : zone_(&zone), apex_hash_(nsec3_hash(zone.apex())), last_(apex_hash_) {}

std::optional<Nsec3> Nsec3Search::find(const Nsec3Hash& hash) const {
  const Bytes key = nsec3_owner_key(hash);
  const dns::SnapshotCursor cursor(zone_->tree(), key, RRType::nsec3);
  return cursor.is_at(key, RRType::nsec3) ? Nsec3::from_rdata(cursor.rrset().rdata.front().octets()) : std::nullopt;
}

Nsec3Hash Nsec3Search::after(const Nsec3Hash& hash) const {
  const auto nsec3 = find(hash);
  assert(nsec3);
  return nsec3->next;
}

Nsec3Hash Nsec3Search::before(const Nsec3Hash& hash) {
  constexpr std::size_t short_steps = 16;  // costs about as much as the search below
  constexpr std::size_t any_steps = std::numeric_limits<std::size_t>::max();
  auto found = follow(last_, hash, short_steps);
  if (!found) {
    found = follow(entry_before(hash), hash, any_steps);
  }
  last_ = *found;
  return last_;
}

/// Along the chain, the last hash before `to`; nothing if it is farther away than that.
std::optional<Nsec3Hash> Nsec3Search::follow(Nsec3Hash from, const Nsec3Hash& to, std::size_t steps_max) const {
  for (; steps_max > 0; --steps_max) {
    const Nsec3Hash next = after(from);
    if (next == to || !is_between(from, next, to)) {
      return from;
    }
    from = next;
  }
  return std::nullopt;
}

/// A hash of the chain, hopefully not far before `hash`.
Nsec3Hash Nsec3Search::entry_before(const Nsec3Hash& hash) const {
  constexpr std::uint64_t whole = std::numeric_limits<std::uint64_t>::max();
  constexpr std::uint64_t gaps = 8;  // the chain has at most half as many hashes as the zone has RRsets
  std::uint64_t distance = whole / zone_->rrset_count();
  std::size_t walk_rrsets_max = 64;
  for (distance = distance > whole / 2 / gaps ? whole / 2 : distance * gaps; distance < whole / 2; distance *= 2) {
    const std::uint64_t start = prefix_of(hash) - distance;  // from below 0 to the highest
    const auto entry = first_from(start, walk_rrsets_max);
    if (entry && *entry != hash && is_between(hash_from(start), *entry, hash)) {
      return *entry;
    }
    walk_rrsets_max *= 2;
  }
  return apex_hash_;
}

/// The first hash of the chain that isn't below `start`, if no more than some RRsets are before it.
std::optional<Nsec3Hash> Nsec3Search::first_from(std::uint64_t start, std::size_t walk_rrsets_max) const {
  dns::SnapshotCursor cursor(zone_->tree(), nsec3_owner_key(hash_from(start)), RRType::soa);
  for (; walk_rrsets_max > 0 && !cursor.at_end(); --walk_rrsets_max) {
    if (cursor.type() == RRType::nsec3) {
      return hash_of_owner(cursor.owner());
    }
    cursor.next();
  }
  return std::nullopt;
}

}  // namespace minidns::dnssec
