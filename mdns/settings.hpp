#pragma once

#include "base/settings.hpp"
#include "mdns/address_list.hpp"
#include "mdns/nameserver/reply.hpp"
#include "mdns/notify/election.hpp"
#include "mdns/notify/target_queue.hpp"
#include "mdns/snapshot_cache.hpp"
#include "mdns/tcp_server.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace minidns::mdns {

/// An address to serve on, by UDP and TCP.
struct ListenAddress {
  boost::asio::ip::address address;
  std::uint16_t port;
};

/// mdns's configuration file.
struct Settings {
  ProgramSettings program;
  DatabaseSettings database;
  std::vector<ListenAddress> listen;  ///< at least one
  std::string advertised_address;     ///< host:port for people and the pool manager; by default the first of `listen`
  std::size_t io_threads = 2;
  AddressList unsigned_allowed;
  ReplySettings reply;
  TcpSettings tcp;
  TransferSettings transfers;
  SnapshotCache::Limits snapshots;
  NotifyLimits notify;
  Election::Limits election;
  std::chrono::milliseconds shutdown_limit{10'000};
};

/// Throws ConfigError.
[[nodiscard]] Settings read_settings(ConfigMap root);

}  // namespace minidns::mdns
