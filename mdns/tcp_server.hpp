#pragma once

#include "base/log.hpp"
#include "base/task_group.hpp"
#include "mdns/fairness/connection_limits.hpp"
#include "mdns/fairness/transfer_gate.hpp"
#include "mdns/metrics.hpp"
#include "mdns/nameserver/handler.hpp"
#include "mdns/peers.hpp"
#include "mdns/runtime_settings.hpp"
#include "mdns/stream.hpp"
#include "mdns/zone_source.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <functional>
#include <memory>

namespace minidns::mdns {

/// A longer request is no request that we serve: an IXFR query with TSIG has less than 2 KB. Bounds what a peer can
/// make us allocate by announcing a length.
inline constexpr std::size_t request_octets_max = 16 * 1024;

/// What all connections share. Must outlive them.
struct TcpContext {
  Transport transport;  ///< tcp or tls
  /// For a new connection, before anything was read.
  std::function<std::unique_ptr<Stream>(boost::asio::ip::tcp::socket)> make_stream;
  const RequestHandler& handler;
  const ZoneSource& zones;
  const PublishedPeers& peers;
  TransferGate& gate;
  const PublishedSettings& settings;
  const ConnectionMetrics& connection_metrics;
  const TransferMetrics& transfer_metrics;
  const UnservedMetrics& unserved_metrics;
  const TlsMetrics& tls_metrics;
  const Logger& log;
};

/// DNS over TCP (RFC 7766), or over TLS (RFC 7858, and RFC 9103 for transfers), on one address. A connection is a
/// coroutine on a strand of its own; it answers one request after the other, in order, and reads the next when the one
/// before is answered: so it holds one request, one framed message and one pinned snapshot, however many requests a
/// peer puts into the pipe.
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
// SHOULD and MAY): our answers come from memory, and a secondary opens another connection for another transfer.
// A flood of TLS handshakes costs processor time, about a third of a millisecond each: that is a firewall's to stop.

}  // namespace minidns::mdns
