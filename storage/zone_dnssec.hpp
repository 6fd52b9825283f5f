#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "storage/page.hpp"
#include "storage/zone_keys.hpp"
#include "storage/zone_record.hpp"

#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

/// A zone's signing, as the API shows it.
struct ZoneDnssecRecord {
  ZoneId zone;
  dns::Name name;
  ZoneKind kind;
  bool deleted;
  struct Signed {
    std::string policy;
    SigningStamp stamp;
    SignatureTimes times;
    Denial denial;
    WallTime refresh_due;
  };
  std::optional<Signed> signing;            ///< nothing: unsigned
  std::optional<KeyRoll> roll;              ///< that is under way
  std::vector<ZoneKeyRecord> keys;          ///< but the removed; by role, then created_at
  std::vector<dns::Rdata> foreign_dnskeys;  ///< other providers', sorted
};

/// Calls block and throw what storage/postgres/errors.hpp has. Safe on any thread.
class ZoneDnssec {
 public:
  virtual ~ZoneDnssec() = default;
  /// Nothing if there is no such zone within reach.
  [[nodiscard]] virtual std::optional<ZoneDnssecRecord> read(const Reach& reach, const ZoneId& zone) = 0;
};

}  // namespace minidns::storage
