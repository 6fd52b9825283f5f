#pragma once

#include "api/fields.hpp"
#include "api/problem.hpp"
#include "api/tsig_key.hpp"

#include <optional>
#include <string_view>

namespace minidns::api {

[[nodiscard]] Result<NewTsigKey> parse_new_tsig_key(std::string_view body);
[[nodiscard]] Result<TsigKeyChange> parse_tsig_key_change(std::string_view body);

/// The parts of a key, wherever one is given.
[[nodiscard]] std::optional<TsigKeyName> parse_key_name(const Field& field);
[[nodiscard]] std::optional<tsig::Algorithm> parse_key_algorithm(const Field& field);
[[nodiscard]] std::optional<Secret> parse_key_secret(const Field& field);

}  // namespace minidns::api
