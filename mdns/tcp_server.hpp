#pragma once

#include "base/log.hpp"
#include "base/task_group.hpp"
#include "mdns/fairness/connection_limits.hpp"
#include "mdns/fairness/transfer_gate.hpp"
#include "mdns/metrics.hpp"
#include "mdns/nameserver/handler.hpp"
#include "mdns/peers.hpp"
#include "mdns/zone_source.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace minidns::mdns {

struct TcpSettings {
  /// Each costs some kilobytes, and a file descriptor.
  std::size_t connections_max = 2000;
  /// A busy secondary opens one per transfer, running or waiting.
  std::size_t connections_per_peer_max = 250;
  /// Between requests. PowerDNS may wait for the close (trials: for ever), so it is at most 10 s.
  std::chrono::milliseconds idle_limit{10'000};
  /// For the rest of a request whose first octet is there, and for TLS's handshake.
  std::chrono::milliseconds read_limit{10'000};
  /// For the peer to take one message.
  std::chrono::milliseconds write_limit{10'000};
  /// For a whole transfer; BIND's own limit.
  std::chrono::milliseconds transfer_limit{std::chrono::hours(2)};
};

/// How transfers share what there is.
struct TransferSettings {
  TransferLimits limits;
  /// For a place among those that run. BIND would wait for an hour, NSD for two minutes; Knot (5 s) and PowerDNS (10 s)
  /// have gone by then, and come again.
  std::chrono::milliseconds waiting_limit{60'000};
  /// A peer that takes less, over `rate_window`, is cut: half a minute for the 128 KiB of a small zone is slower than a
  /// modem.
  std::size_t octets_per_s_min = 4096;
  std::chrono::milliseconds rate_window{30'000};
};

/// A longer request is no request that we serve: an IXFR query with TSIG has less than 2 KB. Bounds what a peer can
/// make us allocate by announcing a length.
inline constexpr std::size_t request_octets_max = 16 * 1024;

/// What all connections share. Must outlive them.
struct TcpContext {
  const RequestHandler& handler;
  const ZoneSource& zones;
  const PublishedPeers& peers;
  TransferGate& gate;
  const TcpSettings& settings;
  const TransferSettings& transfers;
  const ConnectionMetrics& connection_metrics;
  const TransferMetrics& transfer_metrics;
  const UnservedMetrics& unserved_metrics;
  const Logger& log;
};

/// DNS over TCP (RFC 7766) on one address. A connection is a coroutine on a strand of its own; it answers one request
/// after the other, in order, and reads the next when the one before is answered: so it holds one request, one framed
/// message and one pinned snapshot, however many requests a peer puts into the pipe.
class TcpServer {
 public:
  /// Listens at once; throws boost::system::system_error.
  TcpServer(boost::asio::io_context& io, const boost::asio::ip::tcp::endpoint& address, const TcpContext& context,
            ConnectionLimits& limits);
  ~TcpServer();
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;

  /// Accepts connections as tasks of `tasks`.
  void start(TaskGroup& tasks);
  /// Accepts no more; idle connections are closed, others after their present request. Any thread.
  void drain();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Limitations: requests of one connection are not answered concurrently or out of order (RFC 7766 §6.2.1.1 and §7 say
// SHOULD and MAY): our answers come from memory, and a secondary opens another connection for another transfer. No
// edns-tcp-keepalive (RFC 7828).

}  // namespace minidns::mdns
