#include "central/settings.hpp"

#include "api/socket_address.hpp"
#include "base/config.hpp"
#include "dns/name.hpp"

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

DnsEndpoint read_endpoint(ConfigMap& map) {
  DnsEndpoint endpoint{.address = map.string("address"), .port = 53};
  if (!api::IpAddress::parse(endpoint.address)) {
    map.reject("address", "not an IPv4 or IPv6 address");
  }
  endpoint.port = static_cast<std::uint16_t>(map.integer("port", 1, 65535, endpoint.port));
  map.finish();
  return endpoint;
}

std::vector<DnsEndpoint> read_endpoints(ConfigMap& map, std::string_view key) {
  std::vector<DnsEndpoint> endpoints;
  for (auto& one : map.maps(key)) {
    endpoints.push_back(read_endpoint(one));
  }
  return endpoints;
}

ParentSettings read_parents(ConfigMap& root) {
  ParentSettings settings;
  auto dnssec = root.map("dnssec");
  settings.resolvers = read_endpoints(dnssec, "resolvers");
  for (auto& map : dnssec.maps("parents")) {
    const auto zone = dns::Name::from_text(map.string("zone"));
    if (!zone) {
      map.reject("zone", zone.error().detail);
    }
    settings.parents.push_back({*zone, read_endpoints(map, "nameservers")});
    if (settings.parents.back().nameservers.empty()) {
      map.reject("zone", "has no nameservers");
    }
    map.finish();
  }
  dnssec.finish();
  return settings;
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
  settings.parents = read_parents(root);
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
