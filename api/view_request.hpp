#pragma once

#include "api/named_view.hpp"
#include "api/problem.hpp"

#include <string_view>

namespace minidns::api {

[[nodiscard]] Result<NewNamedView> parse_new_view(std::string_view body);
[[nodiscard]] Result<NamedViewChange> parse_view_change(std::string_view body);

}  // namespace minidns::api
