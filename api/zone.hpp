#pragma once

#include "api/change.hpp"
#include "api/page.hpp"
#include "api/socket_address.hpp"
#include "api/status.hpp"
#include "api/visibility.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret.hpp"
#include "dns/name.hpp"
#include "dns/serial.hpp"
#include "dns/ttl.hpp"
#include "dns/version.hpp"
#include "tsig/key.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace minidns::api {

enum class ZoneType { primary, secondary };

[[nodiscard]] std::string_view to_text(ZoneType type);
[[nodiscard]] std::optional<ZoneType> zone_type_from_text(std::string_view text);

/// At most `zone_attributes_max`, keys and values of 1 to 50 characters.
using ZoneAttributes = std::map<std::string, std::string>;

inline constexpr std::size_t zone_attributes_max = 64;
inline constexpr std::size_t zone_masters_max = 32;
/// Characters (code points of UTF-8), as in Designate.
inline constexpr std::size_t description_length_max = 160;
inline constexpr std::size_t email_length_max = 255;

/// The TSIG key that the masters of a SECONDARY zone know.
struct MastersKey {
  dns::Name name;
  tsig::Algorithm algorithm;
  Secret secret;  ///< never shown
};

enum class TransferState {
  waiting,  ///< nothing was transferred yet
  fresh,    ///< at the last try a master said that the zone is up to date, or made it so
  failing,  ///< no master did at the last try; what is there is served until it expires
  expired   ///< not served any more
};
enum class TransferAlarmKind { serial_went_back, content_changed };

/// How a SECONDARY zone's transfers go.
struct TransferView {
  struct Key {
    std::string name;
    std::string algorithm;
  };
  /// A master has something that isn't taken until an operator accepts it.
  struct Alarm {
    TransferAlarmKind kind;
    dns::Serial serial;
    WallTime since;
  };
  std::optional<Key> key = {};
  TransferState state;
  std::optional<WallTime> checked_at = {};
  std::optional<WallTime> refreshed_at = {};
  std::optional<WallTime> expires_at = {};
  std::int64_t failures = 0;
  std::optional<std::string> error = {};
  std::optional<Alarm> alarm = {};
};

/// A zone as the API shows it.
struct ZoneView {
  ZoneId id;
  PoolId pool_id;
  ProjectId project_id;
  dns::Name name;     ///< case as given
  std::string email;  ///< empty for a SECONDARY zone that was given none
  std::optional<std::string> description = {};
  dns::Ttl ttl;  ///< of recordsets without one
  dns::Serial serial;
  Status status;
  Action action;
  std::int64_t revision;      ///< writes to the zone; the API calls it `version`
  dns::Version zone_version;  ///< the newest
  ZoneAttributes attributes = {};
  ZoneType type;
  std::vector<SocketAddress> masters = {};
  WallTime created_at;
  std::optional<WallTime> updated_at = {};
  std::optional<WallTime> transferred_at = {};
  std::optional<TransferView> transfer = {};   ///< of a SECONDARY zone
  std::optional<VisibilityView> visible = {};  ///< where one zone is read
};

/// POST /v2/zones. Not checked here: labels enough, parents and children, duplicates, whether the pool exists.
struct NewZone {
  dns::Name name;  ///< not the root
  ZoneType type = ZoneType::primary;
  std::string email;  ///< fits dns::rname_of_email; empty only for SECONDARY
  std::optional<std::string> description = {};
  std::optional<dns::Ttl> ttl = {};
  ZoneAttributes attributes = {};              ///< `pool_id` chooses the pool, otherwise it is the default one
  std::vector<SocketAddress> masters = {};     ///< at least one for SECONDARY, none for PRIMARY
  std::optional<MastersKey> masters_key = {};  ///< only for SECONDARY
};

/// PATCH /v2/zones/{id}.
struct ZoneChange {
  std::optional<std::string> email = {};
  std::optional<dns::Ttl> ttl = {};
  Change<std::string> description = {};
  std::optional<std::vector<SocketAddress>> masters = {};
  Change<MastersKey> masters_key = {};
  /// Can't be changed; if given they must equal what the zone has, else invalid_object with the field's path.
  std::optional<dns::Name> name = {};
  std::optional<ZoneType> type = {};
  std::optional<ZoneAttributes> attributes = {};
};

enum class ZoneSortKey { created_at, id, updated_at, name, tenant_id, serial, ttl };

struct ZoneFilter {
  std::optional<TextPattern> name = {};
  std::optional<TextPattern> email = {};
  std::optional<TextPattern> description = {};
  std::optional<ZoneType> type = {};
  std::optional<Status> status = {};
  std::optional<dns::Ttl> ttl = {};
};

using ZonePageRequest = PageRequest<ZoneId, ZoneSortKey>;

/// One of the pool's NS names, at the apex of its zones.
struct NsRecord {
  dns::Name hostname;
  std::int32_t priority = 1;  ///< 0 to 10000; the lowest is the SOA's MNAME
  friend bool operator==(const NsRecord&, const NsRecord&) = default;
};

}  // namespace minidns::api
