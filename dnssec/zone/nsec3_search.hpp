#pragma once

#include "base/bytes.hpp"
#include "dns/snapshot/zone_snapshot.hpp"
#include "dnssec/zone/denial.hpp"

#include <optional>

namespace minidns::dnssec {

/// The NSEC3 chain in a signed zone, by hash.
///
/// NSEC3 owners lie among the zone's own names, and between two of them there may be many of those, so walking back to
/// the hash before a given one has no bound. But the chain can be entered anywhere and followed forward: the search
/// guesses a hash a few gaps back, walks from there to the first NSEC3 owner, and follows `next`; if the walk is long
/// or the guess was too near, it guesses farther back, up to the apex' own hash. Hashes are spread evenly, so this
/// takes a few steps; at worst, as many as the lesser of hashes and names between two hashes.
class Nsec3Search {
 public:
  /// `zone` has a complete chain and must outlive the search.
  explicit Nsec3Search(const dns::ZoneSnapshot& zone);

  [[nodiscard]] std::optional<Nsec3> find(const Nsec3Hash& hash) const;
  /// The hash that comes before `hash` in the chain, or would if it were there.
  [[nodiscard]] Nsec3Hash before(const Nsec3Hash& hash);
  /// The hash that comes after one which is in the chain.
  [[nodiscard]] Nsec3Hash after(const Nsec3Hash& hash) const;

 private:
  [[nodiscard]] std::optional<Nsec3Hash> first_from(std::uint64_t start, std::size_t walk_rrsets_max) const;
  [[nodiscard]] Nsec3Hash entry_before(const Nsec3Hash& hash) const;
  [[nodiscard]] std::optional<Nsec3Hash> follow(Nsec3Hash from, const Nsec3Hash& to, std::size_t steps_max) const;

  const dns::ZoneSnapshot* zone_;
  Nsec3Hash apex_hash_;
  Nsec3Hash last_;  ///< what `before` gave last
};

/// The owner of an NSEC3 record as octets of an OwnerKey.
[[nodiscard]] Bytes nsec3_owner_key(const Nsec3Hash& hash);

/// Whether a walk up from `from`, which goes on at 0 after the highest hash, comes by `middle` before it comes to `to`.
/// If `from` is `to`, it goes all the way round.
[[nodiscard]] bool is_between(const Nsec3Hash& from, const Nsec3Hash& middle, const Nsec3Hash& to);

}  // namespace minidns::dnssec
