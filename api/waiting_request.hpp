#pragma once

#include "api/visibility.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <optional>

namespace minidns::api {

/// A request that waits for a version, while it costs no more than its connection: until it is visible, can't be, its
/// time is over, the client is gone, or the server stops. For one wait; all but the registry's call on the socket's
/// strand.
///
/// Limitations: a client that closes only its sending half is taken for gone (as most proxies do); one that has sent
/// its next request already isn't watched.
class WaitingRequest : public std::enable_shared_from_this<WaitingRequest> {
 public:
  /// Both must outlive the wait; nothing else may be under way on the socket.
  WaitingRequest(boost::asio::ip::tcp::socket& socket, VersionWaits& waits);

  /// Nothing if too many wait already.
  static boost::asio::awaitable<std::optional<WaitEnd>> wait(std::shared_ptr<WaitingRequest> self, VersionWait wish);

  /// Ends the wait, unless it has ended.
  void finish(WaitEnd end);

 private:
  void watch_client();
  [[nodiscard]] bool has_client_left();

  boost::asio::ip::tcp::socket& socket_;
  VersionWaits& waits_;
  boost::asio::steady_timer timer_;
  std::optional<WaitEnd> end_;
};

}  // namespace minidns::api
