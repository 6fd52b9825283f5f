#pragma once

#include "base/uuid.hpp"
#include "storage/postgres/connection.hpp"

#include <vector>

namespace minidns::storage::postgres {

/// Changes in the feed that are no zone version.
enum class EventKind { key, nameserver, pool };

/// Adds the statement that announces a change of `subject`, within the transaction that makes it.
void add_event(std::vector<Connection::Statement>& statements, EventKind kind, const Uuid& subject);

}  // namespace minidns::storage::postgres
