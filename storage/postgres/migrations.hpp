#pragma once

#include "storage/postgres/connection.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace minidns::storage::postgres {

/// A step of the schema; `migrations/NNNN_name.sql`, built into the program.
struct Migration {
  int version;
  std::string_view name;
  std::string_view sql;
};

/// All that this program knows, by version, from 1 without a gap.
[[nodiscard]] std::span<const Migration> migrations();

/// The schema isn't the one that this program was built for; using it could destroy something. Says what to do.
class SchemaMismatch : public Unavailable {
  using Unavailable::Unavailable;
};

/// Called before each migration that is applied.
using OnMigration = std::function<void(const Migration&)>;

/// Brings the schema to the newest version, each step in a transaction of its own under an advisory lock, so that two
/// callers don't meet. Throws SchemaMismatch if a step that was applied once is unknown here or has another text, and
/// what Connection throws. Needs a connection that is the schema's owner.
void migrate(Connection& connection, const OnMigration& on_migration);
/// The same, with other steps: for tests.
void migrate(Connection& connection, std::span<const Migration> steps, const OnMigration& on_migration);

/// Throws SchemaMismatch unless exactly `migrations()` are applied. For every new session: a database that was
/// restored or migrated meanwhile is noticed when programs reconnect.
void check_schema(Connection& connection);

}  // namespace minidns::storage::postgres
