#pragma once

#include "api/change.hpp"
#include "api/page.hpp"
#include "api/status.hpp"
#include "api/visibility.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "dns/name.hpp"
#include "dns/rr_type.hpp"
#include "dns/ttl.hpp"
#include "dns/version.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace minidns::api {

/// RDATA in presentation form, as the client wrote it: kept and given back byte for byte, in the order given.
using RecordText = std::string;

/// The body limit bounds them further.
inline constexpr std::size_t records_max = 10'000;
/// 64,000 octets of RDATA with every one of them written `\DDD` fit the body limit no more than this does.
inline constexpr std::size_t record_text_octets_max = 112'000;

/// A recordset as the API shows it.
struct RecordsetView {
  RecordsetId id;
  ZoneId zone_id;
  ProjectId project_id;
  dns::Name name;  ///< case as given
  dns::Name zone_name;
  dns::RRType type;
  std::vector<RecordText> records = {};
  std::optional<dns::Ttl> ttl = {};  ///< nothing: the zone's
  std::optional<std::string> description = {};
  std::optional<std::string> view = {};  ///< the only view that has it; nothing: every view
  Status status;
  Action action;
  std::int64_t revision;
  dns::Version zone_version;  ///< the zone's that last changed what is served of it
  WallTime created_at;
  std::optional<WallTime> updated_at = {};
  std::optional<VisibilityView> visible = {};  ///< where one recordset is read
};

/// POST /v2/zones/{id}/recordsets. Not checked here: that the name is in the zone, the records' text, clashes.
struct NewRecordset {
  dns::Name name;
  dns::RRType type;  ///< no meta type
  /// May be empty: then nothing is served, and the recordset is ACTIVE with action NONE at once. An error in a record
  /// has the path {"records", "0"} and so on.
  std::vector<RecordText> records = {};
  std::optional<dns::Ttl> ttl = {};
  std::optional<std::string> description = {};
  std::optional<std::string> view = {};  ///< nothing: every view
};

/// PUT /v2/zones/{id}/recordsets/{id}: only what is given changes.
struct RecordsetChange {
  std::optional<std::vector<RecordText>> records = {};
  Change<dns::Ttl> ttl = {};  ///< cleared: the zone's
  Change<std::string> description = {};
  /// Can't be changed; if given they must equal what the recordset has, else invalid_object with the field's path.
  std::optional<dns::Name> name = {};
  std::optional<dns::RRType> type = {};
  Change<std::string> view = {};
};

enum class RecordsetSortKey { created_at, id, updated_at, zone_id, tenant_id, name, type, ttl };

struct RecordsetFilter {
  std::optional<TextPattern> name = {};
  std::optional<dns::RRType> type = {};
  std::optional<dns::Ttl> ttl = {};
  std::optional<TextPattern> data = {};  ///< one of the records, as given
  std::optional<Status> status = {};
  std::optional<TextPattern> description = {};
  std::optional<TextPattern> view = {};  ///< a name: those of this view alone
};

using RecordsetPageRequest = PageRequest<RecordsetId, RecordsetSortKey>;

}  // namespace minidns::api
