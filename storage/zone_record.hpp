#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/serial.hpp"
#include "dns/ttl.hpp"
#include "dns/version.hpp"
#include "storage/inbound.hpp"
#include "storage/view_ref.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace minidns::storage {

enum class ZoneKind { primary, secondary };
/// How far the newest version, or a recordset's newest change, has come: derived from what nameservers confirmed.
enum class Propagation { active, pending, error };
enum class VersionKind { create, update, remove };

/// A zone's version and the serial it is served with.
struct VersionStamp {
  dns::Version version;
  dns::Serial serial;
};

/// How far a zone's version, or a newer one, has come among the pool's nameservers that count. It is visible when
/// `needed` of them (at least one) serve it.
struct VersionVisibility {
  dns::Version version;
  std::int64_t served;
  std::int64_t failed;  ///< tried it too often; they are tried again
  std::int64_t needed;
  std::int64_t nameservers;
};

/// What a zone's owner says of it.
struct ZoneFields {
  ZoneKind kind;
  std::string email;
  std::optional<std::string> description;
  dns::Ttl ttl;  ///< of recordsets without one
  std::map<std::string, std::string> attributes;
  std::vector<std::string> masters;
};

struct ZoneRecord {
  ZoneId id;
  dns::Name name;  ///< case as given
  ProjectId project;
  PoolId pool;
  ZoneFields fields;
  VersionStamp head;
  VersionKind head_kind;
  Propagation propagation;
  std::int64_t revision;  ///< writes to the zone
  WallTime created_at;
  std::optional<WallTime> updated_at;
  bool deleted;  ///< but not yet confirmed by enough nameservers: then the zone isn't there any more
  std::optional<InboundState> inbound = {};          ///< of a secondary zone
  std::optional<VersionVisibility> visibility = {};  ///< where it was asked for
};

/// What a user says of a recordset.
struct RecordsetFields {
  dns::Name name;  ///< case as given
  dns::RRType type;
  std::optional<dns::Ttl> ttl;       ///< nothing: the zone's
  std::vector<std::string> records;  ///< text and order as given; of an SOA with serial 0
  std::optional<std::string> description;
  std::optional<ViewRef> view = std::nullopt;  ///< nothing: every view
};

struct RecordsetRecord {
  RecordsetId id;
  ZoneId zone;
  dns::Name zone_name;
  ProjectId project;
  dns::Serial zone_serial;
  RecordsetFields fields;
  bool managed;  ///< SOA and apex NS: made from the zone and its pool
  Propagation propagation;
  std::int64_t revision;
  WallTime created_at;
  std::optional<WallTime> updated_at;
  dns::Version zone_head;                            ///< the zone's newest version
  dns::Version changed_in;                           ///< that of the zone's which last changed what it serves
  std::optional<VersionVisibility> visibility = {};  ///< where it was asked for
};

}  // namespace minidns::storage
