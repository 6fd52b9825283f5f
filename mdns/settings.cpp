#include "mdns/settings.hpp"

#include "dns/name.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace minidns::mdns {

using namespace std::chrono_literals;

namespace {

/// RFC 7858 §3.1, RFC 9103 §7.
constexpr std::int64_t port_of_tls = 853;

ListenAddress read_listen(ConfigMap entry, std::optional<std::int64_t> default_port) {
  const std::string text = entry.string("address");
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  if (error) {
    entry.reject("address", "is no IPv4 or IPv6 address");
  }
  const auto port = default_port ? entry.integer("port", 1, 65535, *default_port) : entry.integer("port", 1, 65535);
  entry.finish();
  return {address, static_cast<std::uint16_t>(port)};
}

std::string to_text(const ListenAddress& listen) {
  const std::string address = listen.address.to_string();
  return (listen.address.is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(listen.port);
}

void read_listeners(ConfigMap& root, Settings& settings) {
  for (ConfigMap& entry : root.maps("listen")) {
    settings.listen.push_back(read_listen(std::move(entry), std::nullopt));
  }
  if (settings.listen.empty()) {
    root.reject("listen", "needs at least one address and port");
  }
  settings.advertised_address = root.string("advertised_address", to_text(settings.listen.front()));
}

void read_unsigned_queries(ConfigMap& root, Settings& settings) {
  auto map = root.map("unsigned_queries");
  for (const std::string& network : map.strings("allow")) {
    if (!settings.runtime.access.unsigned_allowed.add(network)) {
      map.reject("allow", network + " is no address or network");
    }
  }
  map.finish();
}

std::size_t read_count(ConfigMap& map, std::string_view key, std::size_t max, std::size_t fallback) {
  return static_cast<std::size_t>(
      map.integer(key, 1, static_cast<std::int64_t>(max), static_cast<std::int64_t>(fallback)));
}

void read_replicas(ConfigMap& root, ReplicaSettings& replicas) {
  auto map = root.map("replicas");
  replicas.conninfo = map.strings("conninfo");
  replicas.wait = map.duration("wait", 0ms, 10s, replicas.wait);
  map.finish();
}

void read_tcp(ConfigMap& root, TcpSettings& tcp) {
  auto map = root.map("tcp");
  tcp.connections_max = read_count(map, "connections_max", 100'000, tcp.connections_max);
  tcp.connections_per_peer_max = read_count(map, "connections_per_peer_max", 100'000, tcp.connections_per_peer_max);
  tcp.idle_limit = map.duration("idle_limit", 100ms, 10s, tcp.idle_limit);
  tcp.read_limit = map.duration("read_limit", 100ms, 60s, tcp.read_limit);
  tcp.write_limit = map.duration("write_limit", 100ms, 60s, tcp.write_limit);
  tcp.transfer_limit = map.duration("transfer_limit", 1s, 24h, tcp.transfer_limit);
  map.finish();
}

void read_transfers(ConfigMap& root, TransferSettings& transfers, AccessRules& access) {
  constexpr std::size_t count_max = 100'000;
  auto map = root.map("transfers");
  const auto count = [&map](std::string_view key, std::size_t& value) {
    value = read_count(map, key, count_max, value);
  };
  count("running_max", transfers.limits.running_max);
  count("running_per_peer_max", transfers.limits.running_per_peer_max);
  count("running_per_pool_max", transfers.limits.running_per_pool_max);
  count("waiting_max", transfers.limits.waiting_max);
  count("waiting_per_peer_max", transfers.limits.waiting_per_peer_max);
  count("waiting_per_pool_max", transfers.limits.waiting_per_pool_max);
  access.transfers_over_tls_only = map.boolean("tls_only", access.transfers_over_tls_only);
  transfers.waiting_limit = map.duration("waiting_limit", 100ms, 1h, transfers.waiting_limit);
  transfers.octets_per_s_min =
      static_cast<std::size_t>(map.octets("octets_per_second_min", 1, 1 << 30, transfers.octets_per_s_min));
  transfers.rate_window = map.duration("rate_window", 100ms, 1h, transfers.rate_window);
  map.finish();
}

std::set<PoolId> read_pools(ConfigMap& entry) {
  std::set<PoolId> pools;
  for (const std::string& text : entry.strings("pools")) {
    const auto pool = PoolId::parse(text);
    if (!pool) {
      entry.reject("pools", text + " is no pool's id");
    }
    pools.insert(*pool);
  }
  return pools;
}

/// As TlsStream gives the names in certificates.
std::string read_certificate_name(ConfigMap& entry) {
  const std::string text = entry.string("name");
  const auto name = dns::Name::from_text(text);
  if (!name || name->is_root()) {
    entry.reject("name", "is no host name");
  }
  std::string lower = name->lowercased().to_text();
  lower.pop_back();  // the last dot, which certificates don't have
  return lower;
}

void read_tls(ConfigMap& root, Settings& settings) {
  auto map = root.map("tls");
  for (ConfigMap& entry : map.maps("listen")) {
    settings.listen_tls.push_back(read_listen(std::move(entry), port_of_tls));
  }
  settings.tls.client_ca = map.string("client_ca", "");
  settings.tls.client_required = map.boolean("client_required", false);
  settings.runtime.handshake_limit = map.duration("handshake_limit", 100ms, 60s, settings.runtime.handshake_limit);
  if (settings.listen_tls.empty()) {
    settings.tls.certificate = map.string("certificate", "");
    settings.tls.key = map.string("key", "");
  } else {
    settings.tls.certificate = map.string("certificate");
    settings.tls.key = map.string("key");
  }
  for (ConfigMap& entry : map.maps("clients")) {
    const auto pools = read_pools(entry);
    settings.runtime.access.pools_of_certificate[read_certificate_name(entry)].insert(pools.begin(), pools.end());
  }
  if (settings.tls.client_ca.empty() && (map.has("clients") || settings.tls.client_required)) {
    map.reject("client_ca", "is missing: without it no client's certificate can be verified");
  }
  if (settings.runtime.access.transfers_over_tls_only && settings.listen_tls.empty()) {
    map.reject("listen", "is missing: transfers.tls_only leaves nowhere to transfer from");
  }
  map.finish();
}

void read_reply(ConfigMap& root, ReplySettings& reply) {
  auto map = root.map("udp");
  // RFC 6891 §6.2.5 takes 4096 for the largest sensible size.
  reply.udp_octets_max =
      static_cast<std::uint16_t>(map.integer("response_octets_max", 512, 4096, reply.udp_octets_max));
  map.finish();
  const std::string nsid = root.string("nsid", "");
  reply.nsid.assign(nsid.begin(), nsid.end());
  if (reply.nsid.size() > 128) {
    root.reject("nsid", "is longer than 128 octets");
  }
}

void read_snapshots(ConfigMap& root, SnapshotCache::Limits& limits) {
  auto map = root.map("snapshots");
  limits.octets_max = map.octets("octets_max", 1 << 20, std::uint64_t{1} << 44U, limits.octets_max);
  limits.steps_octets_max = map.octets("steps_octets_max", 0, 1 << 30, limits.steps_octets_max);
  map.finish();
}

void read_store(ConfigMap& root, StoreSettings& store) {
  auto map = root.map("store");
  store.path = map.string("path", store.path);
  store.size_octets_max = map.octets("size_max", 1 << 20, std::uint64_t{1} << 44U, store.size_octets_max);
  store.age_max = map.duration("age_max", 1s, 24h * 3650, store.age_max);
  map.finish();
}

void read_notify(ConfigMap& root, Settings& settings) {
  auto map = root.map("notify");
  settings.notify.window = read_count(map, "window", 10'000, settings.notify.window);
  settings.notify.attempts_max = static_cast<int>(map.integer("attempts_max", 1, 10, settings.notify.attempts_max));
  settings.notify.retry = map.duration("retry", 50ms, 60s, settings.notify.retry);
  settings.election.gather = map.duration("gather_limit", 0ms, 10s, settings.election.gather);
  settings.election.owner = map.duration("owner_limit", 100ms, 60s, settings.election.owner);
  map.finish();
}

void read_inbound(ConfigMap& root, InboundSettings& inbound) {
  auto map = root.map("inbound");
  inbound.policy = read_address_policy(map);
  inbound.refresh.refresh_min = map.duration("refresh_min", 1s, 24h, inbound.refresh.refresh_min);
  inbound.refresh.refresh_max = map.duration("refresh_max", 1s, 24h * 28, inbound.refresh.refresh_max);
  inbound.refresh.retry_min = map.duration("retry_min", 1s, 24h, inbound.refresh.retry_min);
  inbound.refresh.retry_max = map.duration("retry_max", 1s, 24h * 28, inbound.refresh.retry_max);
  if (inbound.refresh.refresh_max < inbound.refresh.refresh_min) {
    map.reject("refresh_max", "is less than refresh_min");
  }
  if (inbound.refresh.retry_max < inbound.refresh.retry_min) {
    map.reject("retry_max", "is less than retry_min");
  }
  inbound.client.datagram = map.duration("answer_limit", 100ms, 60s, inbound.client.datagram);
  inbound.client.connect = map.duration("connect_limit", 100ms, 60s, inbound.client.connect);
  inbound.client.idle = map.duration("read_limit", 100ms, 10min, inbound.client.idle);
  inbound.transfer_limit = map.duration("transfer_limit", 1s, 24h, inbound.transfer_limit);
  inbound.transfer.octets_max = map.octets("octets_max", 1 << 10, std::uint64_t{1} << 40U, inbound.transfer.octets_max);
  inbound.transfer.records_max = static_cast<std::uint64_t>(
      map.integer("records_max", 1, 1'000'000'000, static_cast<std::int64_t>(inbound.transfer.records_max)));
  inbound.jobs_max = read_count(map, "jobs_max", 1000, inbound.jobs_max);
  inbound.jobs_per_primary_max = read_count(map, "jobs_per_primary_max", 1000, inbound.jobs_per_primary_max);
  map.finish();
}

}  // namespace

Settings read_settings(ConfigMap root) {
  Settings settings;
  settings.values = root.values();
  settings.program = read_program_settings(root);
  settings.database = read_database_settings(root);
  read_replicas(root, settings.replicas);
  read_listeners(root, settings);
  settings.io_threads = read_count(root, "io_threads", 64, settings.io_threads);
  read_unsigned_queries(root, settings);
  read_reply(root, settings.reply);
  read_tcp(root, settings.runtime.tcp);
  read_transfers(root, settings.runtime.transfers, settings.runtime.access);
  read_tls(root, settings);
  read_snapshots(root, settings.snapshots);
  read_store(root, settings.store);
  read_notify(root, settings);
  read_inbound(root, settings.inbound);
  settings.shutdown_limit = root.duration("shutdown_limit", 0ms, 10min, settings.shutdown_limit);
  root.finish();
  return settings;
}

namespace {

/// A whole section (with a dot at the end) or one setting.
constexpr std::array<std::string_view, 9> reloaded = {"log.level",   "unsigned_queries.", "tcp.",
                                                      "transfers.",  "tls.certificate",   "tls.key",
                                                      "tls.client_", "tls.clients",       "tls.handshake_limit"};

bool is_reloaded(const std::string& setting) {
  return std::ranges::any_of(reloaded, [&](std::string_view known) { return setting.starts_with(known); });
}

}  // namespace

std::vector<std::string> changed_but_fixed(const ConfigValues& at_start, const ConfigValues& now) {
  std::set<std::string> changed;
  const auto compare = [&changed](const ConfigValues& one, const ConfigValues& other) {
    for (const auto& [setting, value] : one) {
      const auto found = other.find(setting);
      if (!is_reloaded(setting) && (found == other.end() || found->second != value)) {
        changed.insert(setting);
      }
    }
  };
  compare(at_start, now);
  compare(now, at_start);
  return {changed.begin(), changed.end()};
}

}  // namespace minidns::mdns
