#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/view_id.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "dns/version.hpp"
#include "storage/nameserver_leases.hpp"
#include "storage/nameserver_work.hpp"
#include "storage/version_digests.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

/// What may be wrong with a zone on a nameserver though its serial is right.
enum class ContentFault {
  diverged,  ///< its content is another than that of the version
  expiring   ///< its signatures end soon, have ended, are missing or not good yet
};

/// A zone that nameservers of the pool should serve, and how.
struct ProvedZone {
  DesiredZone desired;                             ///< never a deleted one
  bool is_signed;                                  ///< its version is signed by us
  std::optional<std::int64_t> seq = std::nullopt;  ///< of its newest change, if that is numbered and was asked for
};

struct FaultFound {
  ContentFault fault;
  ZoneId zone;
  dns::Name name;
  dns::Serial serial;  ///< that the nameserver showed
  std::string detail;  ///< for a person
  int repairs = 0;     ///< so far
};
struct FaultGone {
  ContentFault fault;
  ZoneId zone;
};
struct FaultKept {
  ContentFault fault;
  ZoneId zone;
  dns::Name name;
  int repairs;
};

enum class ProofKind { serials, contents };
/// How far a round over all zones has come. Ages are by the database's clock.
struct ProofRound {
  std::optional<dns::Name> after;  ///< the zone that was looked at last, in canonical order of names
  std::chrono::seconds age{0};     ///< since it began
  /// Since the last complete round began: each zone was looked at since. Nothing: there was none.
  std::optional<std::chrono::seconds> complete_age;
};
struct RoundStep {
  ProofKind kind;
  std::optional<dns::Name> after;
  bool is_complete = false;  ///< the round ends here, and the next one begins
};

/// What was learnt since the last save; saved as a whole or not at all.
struct ProofUpdate {
  std::vector<FaultFound> found;  ///< each zone and fault once
  std::vector<FaultGone> gone;
  std::optional<RoundStep> round;
};

/// What pool managers ask of the database to prove what nameservers serve. All calls block; they throw what
/// storage/postgres/errors.hpp has. Safe on any thread.
class ZoneProofs {
 public:
  virtual ~ZoneProofs() = default;

  [[nodiscard]] virtual std::size_t count_zones(PoolId pool) = 0;
  /// The next `limit` zones of the pool after `after` (nothing: from the start), in canonical order of names.
  [[nodiscard]] virtual std::vector<ProvedZone> read_zones(PoolId pool, const std::optional<dns::Name>& after,
                                                           std::size_t limit) = 0;
  /// The present state of `names` (any order), with `seq`; those that aren't the pool's any more are left out.
  [[nodiscard]] virtual std::vector<ProvedZone> look_up(PoolId pool, const std::vector<dns::Name>& names) = 0;
  /// What is stored of a signed version in a view under this key.
  [[nodiscard]] virtual std::optional<DigestOctets> find_digest(ZoneId zone, dns::Version version, ViewId view,
                                                                const std::array<std::uint8_t, 4>& key_id) = 0;

  [[nodiscard]] virtual ProofRound read_round(NameserverId nameserver, ProofKind kind) = 0;
  /// At most `limit`, oldest first.
  [[nodiscard]] virtual std::vector<FaultKept> read_faults(NameserverId nameserver, std::size_t limit) = 0;
  /// One transaction, committed asynchronously: what a crash loses is found again. False, and nothing is saved, if the
  /// lease was lost.
  [[nodiscard]] virtual bool save(const Lease& lease, const ProofUpdate& update) = 0;
  /// Removes faults of zones that the pool doesn't have any more. False if the lease was lost.
  [[nodiscard]] virtual bool forget_deleted(const Lease& lease, PoolId pool) = 0;

  /// By the database's clock.
  [[nodiscard]] virtual WallTime now() = 0;
};

}  // namespace minidns::storage
