#include "central/commands/database.hpp"

#include "central/commands/commands.hpp"
#include "storage/postgres/feed_numbering.hpp"
#include "storage/postgres/migrations.hpp"
#include "storage/postgres/writer_check.hpp"

#include <iostream>

namespace minidns::central {
namespace {

namespace postgres = storage::postgres;
using namespace std::chrono_literals;

constexpr std::size_t connections = 2;
constexpr auto acquire_timeout = 5s;

// A migration may build an index over a large table.
constexpr auto migration_time_max = 6h;

}  // namespace

postgres::ConnectionPool command_pool(const Settings& settings) {
  const auto connection = connection_settings(settings.database);
  return {connection, connections, acquire_timeout, postgres::WriterCheck(connection)};
}

void run_migrate(CommandLine& line, const Settings& settings) {
  line.finish();
  auto connection = connection_settings(settings.database);
  connection.statement_timeout = migration_time_max;
  postgres::Connection session(connection);
  int count = 0;
  postgres::migrate(session, [&](const postgres::Migration& migration) {
    ++count;
    std::cout << "applying migration " << migration.version << " " << migration.name << std::endl;
  });
  std::cout << (count == 0 ? "the schema is up to date" : "done") << std::endl;
}

void run_epoch_new(CommandLine& line, const Settings& settings) {
  line.finish();
  postgres::Connection session(connection_settings(settings.database));
  postgres::check_schema(session);
  std::cout << "epoch " << postgres::open_new_epoch(session) << std::endl;
}

}  // namespace minidns::central
