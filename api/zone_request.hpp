#pragma once

#include "api/problem.hpp"
#include "api/zone.hpp"

#include <string_view>

/// Bodies about zones become closed types here. Everything that can be said without the database is checked, and every
/// error names its field.
namespace minidns::api {

[[nodiscard]] Result<NewZone> parse_new_zone(std::string_view body);
[[nodiscard]] Result<ZoneChange> parse_zone_change(std::string_view body);

}  // namespace minidns::api
