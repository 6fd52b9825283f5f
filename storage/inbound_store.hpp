#pragma once

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/rrset.hpp"
#include "dns/serial.hpp"
#include "dns/version.hpp"
#include "storage/inbound.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace minidns::storage {

/// A zone that is transferred in, as mdns needs it. Times are from the moment of reading on: no clock but the
/// database's is compared with its times.
struct InboundZone {
  ZoneId id;
  dns::Name name;
  bool deleted;
  std::vector<std::string> primaries;  ///< `192.0.2.1:53`, `[2001:db8::1]:53`
  std::optional<InboundKey> key;
  bool has_content;
  dns::Version version;           ///< of the head
  dns::Serial serial;             ///< of the head; means nothing without content
  std::optional<dns::RRset> soa;  ///< of the head, with its serial; nothing without content
  std::chrono::milliseconds due_in;
  std::optional<std::chrono::milliseconds> expires_in;
  bool forced;                          ///< transfer the whole zone, whatever the serial is
  std::optional<dns::Serial> accepted;  ///< may be taken though it isn't newer
  std::optional<InboundAlarm> alarm;
  std::int64_t failures;
  bool leased;  ///< an mdns works on it
};

/// The right to work on a zone; ends by itself unless renewed.
struct InboundClaim {
  std::int64_t fence;
  InboundZone zone;  ///< as it was when the claim was made
};

/// One record of a full transfer; its owner lies in the zone.
struct InboundRecord {
  dns::Name owner;
  dns::RRType type;
  dns::Ttl ttl;
  dns::Rdata rdata;  ///< of an SOA with serial 0
};

/// What an incremental transfer makes of one owner and type.
struct InboundChange {
  dns::Name owner;
  dns::RRType type;
  std::optional<dns::RRset> after;  ///< nothing: gone
};

/// How the work on a zone ended.
struct InboundOutcome {
  bool ok;                                              ///< a primary said that we are up to date, or made us so
  std::chrono::milliseconds due_in;                     ///< when a primary is asked next
  std::optional<std::chrono::milliseconds> expires_in;  ///< nothing: as before
  std::optional<std::string> error;
  std::optional<std::pair<InboundAlarm::Kind, dns::Serial>> alarm;
};

/// How mdns keeps zones that are transferred in. Two instances can't commit the same zone: every write carries the
/// claim's fence, and a commit the version that it follows. Safe on every thread; blocks. All calls throw
/// postgres::Unavailable and postgres::StatementError; commits throw postgres::CommitInDoubt too, which is settled by
/// looking again.
class InboundStore {
 public:
  virtual ~InboundStore() = default;

  struct Changes {
    std::vector<InboundZone> zones;
    std::int64_t as_of;  ///< for the next call; microseconds of the database's clock
  };
  /// All zones (`as_of` nothing), or those that have changed since a little before `as_of`; deleted ones among them.
  [[nodiscard]] virtual Changes read(const std::optional<std::int64_t>& as_of) = 0;

  /// Nothing if another instance works on it, or it isn't there.
  [[nodiscard]] virtual std::optional<InboundClaim> claim(const ZoneId& zone, const InstanceId& holder,
                                                          std::chrono::milliseconds lease) = 0;
  /// False if the claim is lost.
  [[nodiscard]] virtual bool renew(const InboundClaim& claim, std::chrono::milliseconds lease) = 0;
  /// Ends the claim; false if it was lost.
  virtual bool settle(const InboundClaim& claim, const InboundOutcome& outcome) = 0;

  /// A part of a full transfer, kept aside; `first` is the number of its first record.
  virtual void stage(const InboundClaim& claim, std::int64_t first, const std::vector<InboundRecord>& records) = 0;
  /// After the last part of `records` in all: the number of RRsets. Throws StatementError if some are missing.
  [[nodiscard]] virtual std::int64_t group(const InboundClaim& claim, std::int64_t records) = 0;
  /// RRsets in which what is staged and grouped differs from the zone.
  [[nodiscard]] virtual std::int64_t count_differences(const InboundClaim& claim) = 0;
  /// Makes it the zone's content; writes only what differs. Nothing if the claim is lost or the zone isn't what was
  /// claimed.
  [[nodiscard]] virtual std::optional<dns::Version> commit_zone(const InboundClaim& claim, dns::Serial serial,
                                                                std::int64_t sets, const std::string& author) = 0;

  using Place = std::pair<dns::Name, dns::RRType>;
  /// The RRsets at these places that are there; of the SOA with serial 0.
  [[nodiscard]] virtual std::vector<dns::RRset> rrsets(const InboundClaim& claim, const std::vector<Place>& places) = 0;
  [[nodiscard]] virtual std::optional<dns::Version> commit_changes(const InboundClaim& claim, dns::Serial serial,
                                                                   const std::vector<InboundChange>& changes,
                                                                   const std::string& author) = 0;
  /// After a commit: tells every mdns, and numbers the change for the feed. What is lost here others make good.
  virtual void announce(const ZoneId& zone, dns::Version version) = 0;
};

}  // namespace minidns::storage
