#include "base/settings.hpp"

namespace minidns {

using namespace std::chrono_literals;

ProgramSettings read_program_settings(ConfigMap& root) {
  ProgramSettings settings;

  auto log = root.map("log");
  const auto level = log.string("level", "info");
  const auto parsed = parse_log_level(level);
  if (!parsed) log.reject("level", "must be one of error, warning, info, debug");
  settings.log_level = *parsed;
  log.finish();

  auto ops = root.map("ops");
  settings.ops_address = ops.string("address", settings.ops_address);
  settings.ops_port = static_cast<std::uint16_t>(ops.integer("port", 1, 65535));
  ops.finish();

  settings.master_key_file = root.string("master_key_file");
  return settings;
}

DatabaseSettings read_database_settings(ConfigMap& root) {
  DatabaseSettings settings;
  auto database = root.map("database");
  settings.conninfo = database.string("conninfo");
  settings.connections = static_cast<std::size_t>(
      database.integer("connections", 1, 100, static_cast<std::int64_t>(settings.connections)));
  settings.statement_timeout = database.duration("statement_timeout", 100ms, 10min, settings.statement_timeout);
  settings.connect_timeout = database.duration("connect_timeout", 100ms, 60s, settings.connect_timeout);
  database.finish();
  return settings;
}

}  // namespace minidns
