#include "storage/postgres/migrations.hpp"

#include "base/digest.hpp"

#include <algorithm>
#include <vector>

namespace minidns::storage::postgres {
namespace {

// An arbitrary number: "mini" in ASCII. Advisory locks are per database.
constexpr const char* lock_schema = "select pg_advisory_xact_lock(1835626089)";

constexpr const char* create_table = R"(
  create table if not exists schema_migrations (
    version integer primary key,
    name text not null,
    sha256 bytea not null,
    applied_at timestamptz not null default now()
  );
  grant select on schema_migrations to public)";

constexpr const char* table_exists = "select to_regclass('schema_migrations') is not null";

constexpr const char* select_applied = "select version, name, sha256 from schema_migrations order by version";

constexpr const char* insert_applied = "insert into schema_migrations (version, name, sha256) values ($1, $2, $3)";

std::string file_name(std::int64_t version, std::string_view name) {
  const auto digits = std::to_string(version);
  return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits + "_" + std::string(name) + ".sql";
}

// How many of `steps` are applied. What is applied must be a beginning of them, unchanged.
std::size_t count_applied(Connection& connection, std::span<const Migration> steps) {
  if (!connection.execute(table_exists).boolean(0, 0)) {
    return 0;
  }
  const auto rows = connection.execute(select_applied);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto version = rows.integer(i, 0);
    if (i >= steps.size() || version != steps[i].version) {
      throw SchemaMismatch("the database has migration " + file_name(version, rows.text(i, 1)) +
                           ", which this program doesn't know: it is too old for this database");
    }
    if (!std::ranges::equal(rows.bytea(i, 2), sha256(as_bytes(steps[i].sql)))) {
      throw SchemaMismatch("the database has another migration " + file_name(version, rows.text(i, 1)) +
                           " than this program: it was made by another build");
    }
  }
  return rows.size();
}

}  // namespace

void migrate(Connection& connection, const OnMigration& on_migration) {
  migrate(connection, migrations(), on_migration);
}

void migrate(Connection& connection, std::span<const Migration> steps, const OnMigration& on_migration) {
  while (true) {
    Transaction transaction(connection);
    connection.execute(lock_schema);
    connection.execute_script(create_table);
    const auto applied = count_applied(connection, steps);
    if (applied == steps.size()) {
      transaction.commit();
      return;
    }
    const auto& step = steps[applied];
    on_migration(step);
    connection.execute_script(std::string(step.sql));
    connection.execute(insert_applied, {std::int32_t{step.version}, step.name, ByteView(sha256(as_bytes(step.sql)))});
    transaction.commit();
  }
}

void check_schema(Connection& connection) {
  const auto steps = migrations();
  const auto applied = count_applied(connection, steps);
  if (applied != steps.size()) {
    throw SchemaMismatch("the database's schema is at version " + std::to_string(applied) + ", this program needs " +
                         std::to_string(steps.size()) + ": run `central migrate`");
  }
}

}  // namespace minidns::storage::postgres
