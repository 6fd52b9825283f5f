#pragma once

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "mdns/nameserver/handler.hpp"
#include "mdns/peers.hpp"
#include "mdns/runtime_settings.hpp"
#include "mdns/zone_source.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <functional>
#include <memory>

namespace minidns::mdns {

/// What all UDP sockets share. Must outlive them.
struct UdpContext {
  const RequestHandler& handler;
  const ZoneSource& zones;
  const PublishedPeers& peers;
  const PublishedSettings& settings;
  const Logger& log;
  /// An answer to one of our NOTIFYs, perhaps. Called on the socket's strand.
  std::function<void(ByteView, const boost::asio::ip::udp::endpoint&)> on_notify_answer;
};

/// DNS over UDP on one address, and the socket that our NOTIFYs leave from: a secondary asks back where the NOTIFY came
/// from. One strand; what memory can answer is answered in place, many datagrams at a time.
class UdpServer {
 public:
  /// Binds at once; throws boost::system::system_error.
  UdpServer(boost::asio::io_context& io, const boost::asio::ip::udp::endpoint& address, const UdpContext& context);
  ~UdpServer();
  UdpServer(const UdpServer&) = delete;
  UdpServer& operator=(const UdpServer&) = delete;

  void start();
  /// Any thread. What the socket can't take at once is lost, as anything may be on UDP.
  void send(Bytes message, const boost::asio::ip::udp::endpoint& to);
  /// Any thread.
  void close();
  [[nodiscard]] const boost::asio::ip::udp::endpoint& address() const;

  /// Of DatagramBatch::datagrams_max requests each, before others get their turn on the thread.
  static constexpr int batches_max = 4;
  /// Queries that wait for a zone from the database; more are dropped (the client asks again).
  static constexpr int waiting_max = 1000;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Limitations: bind to addresses, not to a wildcard, on a host with several: the answer's source is the system's
// choice.

}  // namespace minidns::mdns
