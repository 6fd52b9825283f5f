#pragma once

#include "storage/page.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/zone_edit.hpp"

#include <optional>

namespace minidns::storage::postgres {

/// Locks a zone's row within the open transaction, until its end, and reads it; waits for another writer of the zone.
/// Nothing if there is no such zone within reach.
[[nodiscard]] std::optional<LockedZone> lock_zone(Connection& connection, const Reach& reach, const ZoneId& id);

}  // namespace minidns::storage::postgres
