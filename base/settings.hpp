#pragma once

#include "base/config.hpp"
#include "base/log.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace minidns {

/// What every program's configuration file has: `log`, `ops` and `master_key_file`.
struct ProgramSettings {
  LogLevel log_level = LogLevel::info;
  std::string ops_address = "127.0.0.1";
  std::uint16_t ops_port = 0;
  std::string master_key_file;
};

/// Reads `log.level`, `ops.address`, `ops.port` (required) and `master_key_file` (required). Throws ConfigError.
[[nodiscard]] ProgramSettings read_program_settings(ConfigMap& root);

/// `database`: how a program reaches PostgreSQL.
struct DatabaseSettings {
  std::string conninfo;          ///< libpq connection string or URI
  std::size_t connections = 10;  ///< at most so many at a time
  std::chrono::milliseconds statement_timeout{30000};
  std::chrono::milliseconds connect_timeout{3000};
};

/// Reads `database.conninfo` (required), `.connections`, `.statement_timeout`, `.connect_timeout`. Throws ConfigError.
[[nodiscard]] DatabaseSettings read_database_settings(ConfigMap& root);

}  // namespace minidns
