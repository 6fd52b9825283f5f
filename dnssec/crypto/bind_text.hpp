#pragma once

#include "base/secret.hpp"
#include "dnssec/crypto/stored_key.hpp"
#include "dnssec/error.hpp"

#include <string_view>

namespace minidns::dnssec {

/// From BIND's private-key format to PrivateKey's stored form; whether it is a key isn't looked at.
[[nodiscard]] Result<Secret> read_bind_text(std::string_view text);
/// `key` must be one.
[[nodiscard]] Secret write_bind_text(const StoredKey& key);

}  // namespace minidns::dnssec
