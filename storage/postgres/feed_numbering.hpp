#pragma once

#include "storage/postgres/connection.hpp"

#include <cstdint>

namespace minidns::storage::postgres {

/// Gives every change that was committed and has no number yet its number in the feed; returns the feed's head. Any
/// program may do it at any time. Commits synchronously: a crash must not number again.
std::int64_t number_changes(Connection& connection);

/// Opens a new epoch whatever the database's identity says (after a disk snapshot was put back); returns it.
std::int64_t open_new_epoch(Connection& connection);

}  // namespace minidns::storage::postgres
