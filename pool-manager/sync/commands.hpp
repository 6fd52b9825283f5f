#pragma once

#include "pool-manager/sync/options.hpp"
#include "pool-manager/sync/tool.hpp"

namespace minidns::pool::sync {

/// The commands of `minidns`; each returns the exit status. They throw ToolError, and what the database throws.
[[nodiscard]] int run_print(Tool& tool, const PrintOptions& options);
[[nodiscard]] int run_seed(Tool& tool, const SeedOptions& options);
[[nodiscard]] int run_drive(Tool& tool, const DriveOptions& options);
[[nodiscard]] int run_status(Tool& tool, const StatusOptions& options);
[[nodiscard]] int run_why(Tool& tool, const WhyOptions& options);

}  // namespace minidns::pool::sync
