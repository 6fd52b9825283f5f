#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "storage/zone_record.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace minidns::storage {

/// A signed zone whose newest version is in dispute: at least two instances that live made the same of it in a view,
/// and not what the first made (DESIGN.md, invariant 9). Locked.
struct DisputedZone {
  ZoneId zone;
  dns::Name name;
  VersionStamp head;
  std::int64_t head_epoch;
  std::string first;  ///< "instance (build)" of who built it first
  std::string others;
};

/// In one transaction that is rolled back unless committed. For one thread.
class DisputeBatch {
 public:
  virtual ~DisputeBatch() = default;
  [[nodiscard]] virtual const std::vector<DisputedZone>& zones() const = 0;
  [[nodiscard]] virtual std::int64_t current_epoch() const = 0;
  [[nodiscard]] virtual WallTime now() const = 0;  ///< of the database

  struct Burnt {
    ZoneId zone;
    VersionStamp stamp;
  };
  /// Gives these zones of the batch a new version with the content that they have, whose digest nobody
  /// has stored yet. Once. Throws CommitInDoubt too.
  virtual void commit(const std::vector<Burnt>& burnt) = 0;
};

/// What central does about quarantined versions. Calls block and throw what storage/postgres/errors.hpp has. Safe on
/// any thread; several programs may work at once.
class DigestFaults {
 public:
  virtual ~DigestFaults() = default;

  /// A zone that is in dispute again this soon after its serial was burnt is left alone: that wouldn't help.
  static constexpr std::chrono::minutes burn_interval{10};

  /// At most `limit` zones; those that somebody else has locked are left for later. Null: there are none.
  [[nodiscard]] virtual std::unique_ptr<DisputeBatch> take(std::size_t limit) = 0;
  /// Releases that differed lately: in how many zones instances of one reported that they don't serve what an instance
  /// of the other built first.
  struct Differing {
    std::string reporter;
    std::string first;
    std::int64_t zones;
  };
  static constexpr std::chrono::minutes differing_age_max{10};
  [[nodiscard]] virtual std::vector<Differing> differing() = 0;
  [[nodiscard]] virtual std::int64_t count_signed() = 0;
  /// From now on instances of this release leave it to others to build a version first. False if it is so already.
  virtual bool stop_build(const std::string& build, std::int64_t zones) = 0;
  [[nodiscard]] virtual std::int64_t count_stopped() = 0;

  /// Zones whose newest version some instance reports that it doesn't serve.
  [[nodiscard]] virtual std::int64_t count_reported() = 0;
};

}  // namespace minidns::storage
