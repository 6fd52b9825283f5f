#pragma once

#include "base/secret.hpp"
#include "dns/delta.hpp"
#include "dns/rrset.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dnssec/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace minidns::dnssec {

/// What a deployment hashes with, so that no tenant can make two contents with one digest (DESIGN.md, invariant 9).
class DigestKey {
 public:
  /// `bad_key` if `secret` doesn't have 16 to 64 octets.
  [[nodiscard]] static Result<DigestKey> from_secret(Secret secret);
  [[nodiscard]] ByteView octets() const { return secret_.reveal(); }

  static constexpr std::size_t size_octets_min = 16;
  static constexpr std::size_t size_octets_max = 64;

 private:
  explicit DigestKey(Secret secret) : secret_(std::move(secret)) {}
  Secret secret_;
};

/// A number that stands for the records of a zone: the sum modulo 2^256 of each record's keyed BLAKE2b-256, over owner
/// in lower case, type, class, TTL, RDATA length and canonical RDATA (RFC 4034 §6.2). RRSIGs and the SOA are among
/// them; the order and the case of names don't matter. Where RDATA lacks the names of its type, it is taken as it is.
class ZoneDigest {
 public:
  using Octets = std::array<std::uint8_t, 32>;  ///< big-endian

  ZoneDigest() = default;
  explicit ZoneDigest(const Octets& octets) : sum_(octets) {}
  /// O(zone): 1 to 2 µs for each record.
  [[nodiscard]] static ZoneDigest of(const dns::ZoneSnapshot& zone, const DigestKey& key);

  void add(const dns::RRset& rrset, const DigestKey& key);
  void subtract(const dns::RRset& rrset, const DigestKey& key);
  /// The records of both.
  void add(const ZoneDigest& other);
  /// From the digest of a version to that of the next: O(change).
  [[nodiscard]] ZoneDigest after(const dns::Delta& delta, const DigestKey& key) const;

  [[nodiscard]] const Octets& octets() const { return sum_; }
  friend bool operator==(const ZoneDigest&, const ZoneDigest&) = default;

 private:
  Octets sum_{};
};

}  // namespace minidns::dnssec
