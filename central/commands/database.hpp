#pragma once

#include "central/settings.hpp"
#include "storage/postgres/connection.hpp"

namespace minidns::central {

/// For a command: two connections, checked like the server's.
[[nodiscard]] storage::postgres::ConnectionPool command_pool(const Settings& settings);

}  // namespace minidns::central
