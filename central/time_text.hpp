#pragma once

#include "base/clock.hpp"

#include <string>

namespace minidns::central {

/// `2026-11-21T02:41:43Z`.
[[nodiscard]] std::string to_text(WallTime time);

}  // namespace minidns::central
