#pragma once

#include "base/clock.hpp"

#include <string>

namespace minidns::api {

/// `2026-11-21T02:41:43.000123`: UTC, always six digits, no Z. gophercloud parses exactly this.
[[nodiscard]] std::string to_timestamp(WallTime time);

}  // namespace minidns::api
