#pragma once

#include "api/fields.hpp"
#include "api/nameserver.hpp"

#include <boost/json/object.hpp>

#include <optional>

namespace minidns::api {

/// The field `settings` of a nameserver with this driver.
[[nodiscard]] std::optional<DriverSettings> parse_driver_settings(const Field& field, Driver driver);
/// All keys with a value, also those that are as by default.
[[nodiscard]] boost::json::object to_json(const DriverSettings& settings);

}  // namespace minidns::api
