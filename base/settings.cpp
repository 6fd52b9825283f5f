#include "base/settings.hpp"

#include <utility>

namespace minidns {

using namespace std::chrono_literals;

namespace {

/// Two, in case of a change from one to the next, and one that somebody forgot.
constexpr std::size_t master_keys_max = 3;

MasterKeySource read_source(ConfigMap map) {
  const bool has_file = map.has("file");
  const bool has_env = map.has("env");
  const bool has_command = map.has("command");
  if (has_file + has_env + has_command != 1) map.reject("file", "or env, or command: one of them");
  MasterKeySource source;
  if (has_file) {
    source.place = MasterKeySource::File{map.string("file")};
  } else if (has_env) {
    source.place = MasterKeySource::Environment{map.string("env")};
  } else {
    auto argv = map.strings("command");
    if (argv.empty() || !argv.front().starts_with('/')) map.reject("command", "must begin with an absolute path");
    if (argv.size() > MasterKeySource::argv_max) map.reject("command", "has too many arguments");
    source.place = MasterKeySource::Command{std::move(argv)};
  }
  map.finish();
  return source;
}

}  // namespace

std::vector<MasterKeySource> read_master_key_sources(ConfigMap& root, const std::string& name) {
  const std::string file = name + "_file";
  const std::string list = name + "s";
  if (root.has(file) + root.has(name) + root.has(list) > 1) {
    root.reject(root.has(list) ? list : name, "only one of " + file + ", " + name + " and " + list);
  }
  std::vector<MasterKeySource> sources;
  if (root.has(file)) {
    sources.push_back({MasterKeySource::File{root.string(file)}});
  } else if (root.has(name)) {
    sources.push_back(read_source(root.map(name)));
  } else if (root.has(list)) {
    for (auto& map : root.maps(list)) {
      sources.push_back(read_source(std::move(map)));
    }
    if (sources.empty() || sources.size() > master_keys_max) root.reject(list, "must have 1 to 3 entries");
  }
  return sources;
}

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

  settings.master_keys = read_master_key_sources(root, "master_key");
  if (settings.master_keys.empty()) root.reject("master_key_file", "is required, or master_key, or master_keys");
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
