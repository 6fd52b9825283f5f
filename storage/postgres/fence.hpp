#pragma once

namespace minidns::storage::postgres {

/// What is lost in a crash is found or done again.
inline constexpr const char* sql_asynchronous_commit = "set local synchronous_commit = off";

/// Locks the nameserver's row, so that nobody takes its lease before this transaction ends. $1: the nameserver, $2: the
/// fence. No row: the lease is lost.
inline constexpr const char* sql_lease_fence =
    "select from nameserver_progress where nameserver_id = $1 and fence = $2 and holder is not null for update";

}  // namespace minidns::storage::postgres
