#pragma once

#include "api/problem.hpp"
#include "api/tsig_key.hpp"

#include <string_view>

namespace minidns::api {

[[nodiscard]] Result<NewTsigKey> parse_new_tsig_key(std::string_view body);
[[nodiscard]] Result<TsigKeyChange> parse_tsig_key_change(std::string_view body);

}  // namespace minidns::api
