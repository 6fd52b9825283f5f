#pragma once

#include "api/pool.hpp"
#include "api/problem.hpp"

#include <string_view>

namespace minidns::api {

[[nodiscard]] Result<NewPool> parse_new_pool(std::string_view body);
[[nodiscard]] Result<PoolChange> parse_pool_change(std::string_view body);

}  // namespace minidns::api
