#pragma once

#include "base/secret_box.hpp"
#include "central/settings.hpp"

namespace minidns::central {

/// The master key of the configuration. Throws std::runtime_error.
[[nodiscard]] SecretBox open_secrets(const Settings& settings);

}  // namespace minidns::central
