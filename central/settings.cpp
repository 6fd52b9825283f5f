#include "central/settings.hpp"

#include "base/config.hpp"

namespace minidns::central {
namespace {

using namespace std::chrono_literals;

api::ServerSettings read_listen(ConfigMap& root) {
  api::ServerSettings server;
  auto listen = root.map("listen");
  server.address = listen.string("address", server.address);
  server.port = static_cast<std::uint16_t>(listen.integer("port", 0, 65535, server.port));
  if (listen.has("base_url")) {
    server.base_url = listen.string("base_url");
  }
  server.connections_max = static_cast<std::size_t>(
      listen.integer("connections", 1, 100'000, static_cast<std::int64_t>(server.connections_max)));
  server.header_time = listen.duration("header_time", 100ms, 5min, server.header_time);
  server.body_time = listen.duration("body_time", 100ms, 5min, server.body_time);
  server.write_time = listen.duration("write_time", 100ms, 5min, server.write_time);
  server.idle_time = listen.duration("idle_time", 100ms, 1h, server.idle_time);
  server.shutdown_time = listen.duration("shutdown_time", 0ms, 5min, server.shutdown_time);
  listen.finish();
  // No quotas yet: -1 is Designate's "unlimited".
  server.limits = {
      .zones_max = -1, .zone_recordsets_max = -1, .zone_records_max = -1, .recordset_records_max = -1, .ttl_min_s = 0};
  return server;
}

Retention read_retention(ConfigMap& root) {
  Retention retention;
  auto map = root.map("retention");
  retention.versions_min = map.integer("versions", 1, 1'000'000, retention.versions_min);
  retention.age = map.duration("age", 1s, 24h * 3650, retention.age);
  map.finish();
  return retention;
}

}  // namespace

Settings read_settings(const std::string& path) {
  auto root = ConfigMap::load(path);
  Settings settings;
  settings.program = read_program_settings(root);
  settings.database = read_database_settings(root);
  settings.server = read_listen(root);
  settings.retention = read_retention(root);
  settings.ksk_master_keys = read_master_key_sources(root, "ksk_master_key");
  auto inbound = root.map("inbound");
  settings.inbound_policy = read_address_policy(inbound);
  inbound.finish();
  auto threads = root.map("threads");
  settings.io_threads =
      static_cast<std::size_t>(threads.integer("io", 1, 64, static_cast<std::int64_t>(settings.io_threads)));
  settings.request_queue_max = static_cast<std::size_t>(
      threads.integer("request_queue", 1, 100'000, static_cast<std::int64_t>(settings.request_queue_max)));
  threads.finish();
  root.finish();
  return settings;
}

storage::postgres::ConnectionSettings connection_settings(const DatabaseSettings& database) {
  storage::postgres::ConnectionSettings settings;
  settings.conninfo = database.conninfo;
  settings.target_session_attrs = "read-write";
  settings.application_name = "minidns-central";
  settings.connect_timeout = database.connect_timeout;
  settings.statement_timeout = database.statement_timeout;
  return settings;
}

}  // namespace minidns::central
