#pragma once

#include "base/deadline.hpp"
#include "mdns/connection_limits.hpp"
#include "mdns/tcp_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <optional>

namespace minidns::mdns {

/// One TCP connection, from accept to close. All on its socket's strand.
///
///     idle ── length ──▶ reading ── request ──▶ answering ── last octet ──▶ idle
///       └── idle limit, drain ──▶ closed ◀── stall, error, transfer limit ──┘
class TcpConnection : public std::enable_shared_from_this<TcpConnection> {
 public:
  TcpConnection(boost::asio::ip::tcp::socket socket, boost::asio::ip::address peer, ConnectionLimits::Slot slot,
                const TcpContext& context);
  ~TcpConnection();

  /// Until the connection is over.
  [[nodiscard]] boost::asio::awaitable<void> run();
  /// Any thread: ends when it has nothing under way.
  void drain();
  [[nodiscard]] boost::asio::any_io_executor executor() { return socket_.get_executor(); }

 private:
  enum class Limit { none, idle, read, write };

  [[nodiscard]] boost::asio::awaitable<void> serve();
  [[nodiscard]] boost::asio::awaitable<std::optional<Bytes>> read_request();
  [[nodiscard]] boost::asio::awaitable<bool> answer(Bytes request);
  [[nodiscard]] boost::asio::awaitable<bool> answer_deferred(Deferred deferred);
  [[nodiscard]] boost::asio::awaitable<bool> answer_transfer(Deferred deferred, SnapshotPointer snapshot);
  [[nodiscard]] boost::asio::awaitable<void> send_transfer(const Request& request, ZonePointer zone, Transfer transfer);
  [[nodiscard]] boost::asio::awaitable<void> write(Bytes message);
  void arm(Limit limit, std::chrono::milliseconds time);
  void report_end(const boost::system::system_error& error) const;

  boost::asio::ip::tcp::socket socket_;
  const boost::asio::ip::address peer_;
  const ConnectionLimits::Slot slot_;
  const TcpContext& context_;
  PublishedPeers::Reader peers_;
  Deadline deadline_;
  Limit limit_ = Limit::none;  // what the deadline guards
  bool idle_ = false;
  bool draining_ = false;
};

}  // namespace minidns::mdns
