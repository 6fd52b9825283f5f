#pragma once

#include "tests/architecture/checks.hpp"

#include <string>
#include <vector>

namespace minidns::architecture {

/// All files under `root` that people write, in order of their paths; no hidden folders but `.ci`, no build folders.
[[nodiscard]] std::vector<SourceFile> read_source_tree(const std::string& root);

}  // namespace minidns::architecture
