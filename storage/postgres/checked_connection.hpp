#pragma once

#include "storage/postgres/connection.hpp"

#include <string>
#include <vector>

namespace minidns::storage::postgres {

/// Connects and runs `check` (if there is one). libpq takes the first host of a connection string that answers and has
/// the right attributes; if the check refuses it (an old primary that came back beside the new one, another schema),
/// the other hosts are tried too. Throws what the first refusal was, or Unavailable.
[[nodiscard]] Connection open_checked(const ConnectionSettings& settings, const ConnectionPool::OnConnect& check);

/// A connection string for each of the hosts that `conninfo` names, in their order; empty if it isn't valid.
[[nodiscard]] std::vector<std::string> split_hosts(const std::string& conninfo);

}  // namespace minidns::storage::postgres
