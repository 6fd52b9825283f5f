#include "mdns/settings.hpp"

#include <utility>

namespace minidns::mdns {

using namespace std::chrono_literals;

namespace {

ListenAddress read_listen(ConfigMap entry) {
  const std::string text = entry.string("address");
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(text, error);
  if (error) {
    entry.reject("address", "is no IPv4 or IPv6 address");
  }
  const auto port = static_cast<std::uint16_t>(entry.integer("port", 1, 65535));
  entry.finish();
  return {address, port};
}

std::string to_text(const ListenAddress& listen) {
  const std::string address = listen.address.to_string();
  return (listen.address.is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(listen.port);
}

void read_listeners(ConfigMap& root, Settings& settings) {
  for (ConfigMap& entry : root.maps("listen")) {
    settings.listen.push_back(read_listen(std::move(entry)));
  }
  if (settings.listen.empty()) {
    root.reject("listen", "needs at least one address and port");
  }
  settings.advertised_address = root.string("advertised_address", to_text(settings.listen.front()));
}

void read_unsigned_queries(ConfigMap& root, Settings& settings) {
  auto map = root.map("unsigned_queries");
  for (const std::string& network : map.strings("allow")) {
    if (!settings.unsigned_allowed.add(network)) {
      map.reject("allow", network + " is no address or network");
    }
  }
  map.finish();
}

std::size_t read_count(ConfigMap& map, std::string_view key, std::size_t max, std::size_t fallback) {
  return static_cast<std::size_t>(
      map.integer(key, 1, static_cast<std::int64_t>(max), static_cast<std::int64_t>(fallback)));
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

void read_transfers(ConfigMap& root, TransferSettings& transfers) {
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
  transfers.waiting_limit = map.duration("waiting_limit", 100ms, 1h, transfers.waiting_limit);
  transfers.octets_per_s_min =
      static_cast<std::size_t>(map.octets("octets_per_second_min", 1, 1 << 30, transfers.octets_per_s_min));
  transfers.rate_window = map.duration("rate_window", 100ms, 1h, transfers.rate_window);
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

void read_notify(ConfigMap& root, Settings& settings) {
  auto map = root.map("notify");
  settings.notify.window = read_count(map, "window", 10'000, settings.notify.window);
  settings.notify.attempts_max = static_cast<int>(map.integer("attempts_max", 1, 10, settings.notify.attempts_max));
  settings.notify.retry = map.duration("retry", 50ms, 60s, settings.notify.retry);
  settings.election.gather = map.duration("gather_limit", 0ms, 10s, settings.election.gather);
  settings.election.owner = map.duration("owner_limit", 100ms, 60s, settings.election.owner);
  map.finish();
}

}  // namespace

Settings read_settings(ConfigMap root) {
  Settings settings;
  settings.program = read_program_settings(root);
  settings.database = read_database_settings(root);
  read_listeners(root, settings);
  settings.io_threads = read_count(root, "io_threads", 64, settings.io_threads);
  read_unsigned_queries(root, settings);
  read_reply(root, settings.reply);
  read_tcp(root, settings.tcp);
  read_transfers(root, settings.transfers);
  read_snapshots(root, settings.snapshots);
  read_notify(root, settings);
  settings.shutdown_limit = root.duration("shutdown_limit", 0ms, 10min, settings.shutdown_limit);
  root.finish();
  return settings;
}

}  // namespace minidns::mdns
