#pragma once

#include "base/config.hpp"
#include "base/log.hpp"
#include "base/master_key_source.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace minidns {

/// What every program's configuration file has: `log`, `ops` and the master key.
struct ProgramSettings {
  LogLevel log_level = LogLevel::info;
  std::string ops_address = "127.0.0.1";
  std::uint16_t ops_port = 0;
  std::vector<MasterKeySource> master_keys;  ///< at least one
};

/// Reads `log.level`, `ops.address`, `ops.port` (required) and `master_key…` (required). Throws ConfigError.
[[nodiscard]] ProgramSettings read_program_settings(ConfigMap& root);

/// One of `NAME_file: PATH`, `NAME: {file: PATH}`, `NAME: {env: NAME}`, `NAME: {command: [PATH, ARGUMENT…]}`, and
/// `NAMEs: [{…}, …]`, where NAME is `master_key`, say; empty if there is none of them. Throws ConfigError.
[[nodiscard]] std::vector<MasterKeySource> read_master_key_sources(ConfigMap& root, const std::string& name);

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
