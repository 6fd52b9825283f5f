#pragma once

#include "base/secret_box.hpp"
#include "central/settings.hpp"

#include <optional>

namespace minidns::central {

/// The master key of the configuration. Throws std::runtime_error.
[[nodiscard]] SecretBox open_secrets(const Settings& settings);

/// The key that seals KSKs; nothing if the configuration has none. Throws std::runtime_error.
[[nodiscard]] std::optional<SecretBox> open_ksk_secrets(const Settings& settings);

}  // namespace minidns::central
