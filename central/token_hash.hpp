#pragma once

#include "base/digest.hpp"
#include "storage/tokens.hpp"

#include <string_view>

namespace minidns::central {

[[nodiscard]] inline storage::TokenHash token_hash(std::string_view token) {
  return sha256(as_bytes(token));
}

}  // namespace minidns::central
