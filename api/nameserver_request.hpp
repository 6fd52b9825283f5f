#pragma once

#include "api/nameserver.hpp"
#include "api/problem.hpp"

#include <cstdint>
#include <string_view>

namespace minidns::api {

[[nodiscard]] Result<NewNameserver> parse_new_nameserver(std::string_view body);
[[nodiscard]] Result<NameserverChange> parse_nameserver_change(std::string_view body);
/// How many unknown zones a person allows to delete.
[[nodiscard]] Result<std::int64_t> parse_deletion_confirmation(std::string_view body);

}  // namespace minidns::api
