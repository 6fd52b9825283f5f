#pragma once

#include "api/problem.hpp"
#include "api/zone.hpp"
#include "dns/name.hpp"
#include "storage/zone_edit.hpp"

#include <optional>
#include <string>
#include <vector>

namespace minidns::central {

/// The default where neither zone nor recordset has one, as in Designate.
inline constexpr std::uint32_t zone_ttl_s_default = 3600;

/// A zone's name needs two labels: nobody hosts a TLD here, and it keeps one project from taking all names below one.
[[nodiscard]] api::Result<void> check_zone_name(const dns::Name& name);

/// Whether the zone may be made at this place.
[[nodiscard]] api::Result<void> check_zone_place(const storage::ZonePlace& place);

/// The pool that a new zone asks for (attribute `pool_id`); nothing for the default one.
[[nodiscard]] api::Result<std::optional<PoolId>> requested_pool(const api::ZoneAttributes& attributes);

/// What can't be changed must be as it is, if it is given.
[[nodiscard]] api::Result<void> check_immutable(const storage::LockedZone& zone, const api::ZoneChange& change);

/// As they are stored.
[[nodiscard]] std::vector<std::string> to_texts(const std::vector<api::SocketAddress>& addresses);

/// The zone's fields after the change.
[[nodiscard]] storage::ZoneFields changed_fields(const storage::ZoneFields& present, const api::ZoneChange& change);

}  // namespace minidns::central
