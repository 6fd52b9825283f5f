#pragma once

#include <optional>
#include <string_view>

namespace minidns::pool::sync {

/// Of zone files: text is RFC 1035's, which every server reads; raw is BIND's `masterfile-format raw`, its default for
/// secondary zones, which loads faster.
enum class SeedFormat { text, raw };

[[nodiscard]] std::optional<SeedFormat> seed_format_from_text(std::string_view text);

}  // namespace minidns::pool::sync
