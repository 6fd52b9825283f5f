#pragma once

#include "base/settings.hpp"
#include "mdns/inbound/inbound.hpp"
#include "mdns/nameserver/reply.hpp"
#include "mdns/notify/election.hpp"
#include "mdns/notify/target_queue.hpp"
#include "mdns/replica_settings.hpp"
#include "mdns/runtime_settings.hpp"
#include "mdns/snapshot_cache.hpp"
#include "mdns/store/store_settings.hpp"
#include "mdns/tls/tls_context.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace minidns::mdns {

/// An address to serve on.
struct ListenAddress {
  boost::asio::ip::address address;
  std::uint16_t port;
};

/// mdns's configuration file.
struct Settings {
  ProgramSettings program;
  DatabaseSettings database;
  ReplicaSettings replicas;
  std::vector<ListenAddress> listen;  ///< by UDP and TCP; at least one
  std::string advertised_address;     ///< host:port for people and the pool manager; by default the first of `listen`
  std::size_t io_threads = 2;
  ReplySettings reply;
  std::vector<ListenAddress> listen_tls;
  TlsFiles tls;  ///< empty names: no TLS
  RuntimeSettings runtime;
  SnapshotCache::Limits snapshots;
  StoreSettings store;
  NotifyLimits notify;
  Election::Limits election;
  InboundSettings inbound;
  std::chrono::milliseconds shutdown_limit{10'000};
  ConfigValues values;  ///< the file, to be compared with what it holds later
};

/// Settings that differ between two readings of the file and take effect only at the next start.
[[nodiscard]] std::vector<std::string> changed_but_fixed(const ConfigValues& at_start, const ConfigValues& now);

/// Throws ConfigError.
[[nodiscard]] Settings read_settings(ConfigMap root);

}  // namespace minidns::mdns
