#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "storage/zone_keys.hpp"
#include "storage/zone_record.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace minidns::storage {

/// A signed zone that needs a refresh version (DESIGN.md §4), locked.
struct DueZone {
  ZoneId zone;
  dns::Name name;
  VersionStamp head;
  std::int64_t head_epoch;
  SigningStamp stamp;
  SignatureTimes times;
  std::int64_t rrsets;  ///< counted up to `RefreshBatch::rrsets_max`
  bool pool_has_axfr_only;

  // For the apex signatures ahead.
  dns::Ttl ttl;
  std::vector<dns::Rdata> dnskey;
  std::vector<dns::Rdata> cds;
  std::vector<dns::Rdata> cdnskey;
  struct KeySigningKey {
    DnssecKeyId id;
    KeyRole role;
    dns::Rdata dnskey;
    Bytes private_sealed;  ///< empty: it is lost
  };
  std::vector<KeySigningKey> signers;  ///< of the key set; none: mdns signs it, with an old CSK
  /// Inceptions for which the DNSKEY set has a signature; not those of the past.
  std::vector<std::int64_t> signed_inceptions;
};

/// Zones that are due, locked in one transaction that is rolled back unless committed. For one thread.
class RefreshBatch {
 public:
  virtual ~RefreshBatch() = default;
  [[nodiscard]] virtual const std::vector<DueZone>& zones() const = 0;
  [[nodiscard]] virtual std::int64_t current_epoch() const = 0;
  [[nodiscard]] virtual WallTime now() const = 0;  ///< of the database

  struct Refreshed {
    ZoneId zone;
    VersionStamp version;
    SigningStamp signing;
    WallTime refresh_due;
  };
  /// A version with the content that it has for each of `refreshed`; zones of the batch that aren't among them are put
  /// off for `retry_delay`. Once. Throws CommitInDoubt too.
  virtual void commit(const std::vector<Refreshed>& refreshed, const std::vector<NewApexSignature>& signatures,
                      std::chrono::seconds retry_delay) = 0;

  /// Above the largest step of the number of buckets.
  static constexpr std::int64_t rrsets_max = 100'000;
};

/// What central's scheduler asks. Any number of programs may call: a zone that another has locked is left alone. Calls
/// block and throw what storage/postgres/errors.hpp has. Safe on any thread.
class SigningRefresh {
 public:
  virtual ~SigningRefresh() = default;

  /// At most `limit` zones that are due, those longest due first; zones that somebody else has locked are left for
  /// later. Null: there are none.
  [[nodiscard]] virtual std::unique_ptr<RefreshBatch> take(std::size_t limit) = 0;

  struct Clock {
    WallTime now;
    std::optional<WallTime> seen_at;  ///< the newest time that was taken before
    bool accepted;
  };
  /// Takes the database's time for T unless it is more than `leap_max` beyond what was taken before.
  virtual Clock observe_clock(std::chrono::seconds leap_max) = 0;
  /// A person's word that the database's time is right.
  virtual void accept_clock() = 0;

  struct Counts {
    std::int64_t due;
    std::int64_t late;  ///< due for longer than `late_after`
  };
  [[nodiscard]] virtual Counts count(std::chrono::seconds late_after) = 0;
  /// The least T + L − P of all signed zones, Unix seconds; nothing: no zone is signed. Reads all signed zones.
  [[nodiscard]] virtual std::optional<std::int64_t> earliest_expiry() = 0;
};

}  // namespace minidns::storage
