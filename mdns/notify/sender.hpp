#pragma once

#include "base/clock.hpp"
#include "base/log.hpp"
#include "mdns/metrics.hpp"
#include "mdns/notify/target_queue.hpp"
#include "mdns/peers.hpp"
#include "mdns/udp_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <memory>
#include <vector>

namespace minidns::mdns {

/// Sends NOTIFYs (RFC 1996) from the listeners' sockets and takes their answers: queued per nameserver, repeated with
/// backoff until answered, signed with the nameserver's key if it has one. One strand; all calls may come from any
/// thread.
class NotifySender {
 public:
  NotifySender(boost::asio::io_context& io, const NotifyLimits& limits, const PublishedPeers& peers, const Clock& clock,
               const Logger& log, const NotifyMetrics& metrics);
  ~NotifySender();
  NotifySender(const NotifySender&) = delete;
  NotifySender& operator=(const NotifySender&) = delete;

  /// The sockets to send from: the first of the nameserver's address family is taken. Before the first `notify`.
  void use(std::vector<UdpServer*> sockets);

  /// To all nameservers of the zone's pool.
  void notify(NotifyJob job);
  /// To one, whatever its state.
  void notify_one(const NameserverId& nameserver, NotifyJob job);
  /// A message that came to one of the sockets.
  void received(ByteView octets, const boost::asio::ip::udp::endpoint& from);
  /// Sends no more.
  void close();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace minidns::mdns
