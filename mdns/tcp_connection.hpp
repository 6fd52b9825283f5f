#pragma once

#include "base/deadline.hpp"
#include "mdns/fairness/connection_limits.hpp"
#include "mdns/fairness/rate_floor.hpp"
#include "mdns/stream.hpp"
#include "mdns/tcp_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace minidns::mdns {

/// One TCP connection, from accept to close. All on its stream's strand.
///
///     opening ──▶ idle ── length ──▶ reading ── request ──▶ answering ── last octet ──▶ idle
///                  └── idle limit, drain ──▶ closed ◀── stall, error, transfer limit ──┘
class TcpConnection : public std::enable_shared_from_this<TcpConnection> {
 public:
  TcpConnection(std::unique_ptr<Stream> stream, boost::asio::ip::address peer, ConnectionLimits::Slot slot,
                const TcpContext& context);
  ~TcpConnection();

  /// Until the connection is over.
  [[nodiscard]] boost::asio::awaitable<void> run();
  /// Any thread: ends when it has nothing under way.
  void drain();
  /// Ends at once if another needs its place, until the peer has proved who it is.
  void allow_eviction();
  [[nodiscard]] boost::asio::any_io_executor executor() { return stream_->executor(); }

 private:
  enum class Limit { none, open, idle, read, write, finish };

  [[nodiscard]] boost::asio::awaitable<void> open();
  [[nodiscard]] boost::asio::awaitable<void> serve();
  [[nodiscard]] boost::asio::awaitable<std::optional<Bytes>> read_request();
  [[nodiscard]] boost::asio::awaitable<bool> answer(Bytes request);
  [[nodiscard]] boost::asio::awaitable<bool> answer_deferred(Deferred deferred);
  [[nodiscard]] boost::asio::awaitable<bool> answer_query(Deferred deferred);
  [[nodiscard]] boost::asio::awaitable<bool> answer_transfer(Deferred deferred);
  [[nodiscard]] boost::asio::awaitable<bool> answer_admitted_transfer(Deferred deferred);
  [[nodiscard]] boost::asio::awaitable<void> send_transfer(const Request& request, ZonePointer zone, Transfer transfer);
  [[nodiscard]] boost::asio::awaitable<void> write(Bytes message);
  [[nodiscard]] boost::asio::awaitable<void> write_parts(std::span<const ByteView> parts, RateFloor* rate);
  void arm(Limit limit, std::chrono::milliseconds time);
  void on_deadline();
  void evict();
  [[nodiscard]] bool is_proven(const Deferred& deferred);
  void report_refusal(const Deferred& deferred, TransferGate::Refusal refusal) const;
  void report_unavailable(const Deferred& deferred) const;
  void report_end(const boost::system::system_error& error) const;

  const std::unique_ptr<Stream> stream_;
  const boost::asio::ip::address peer_;
  ConnectionLimits::Slot slot_;
  const TcpContext& context_;
  PublishedPeers::Reader peers_;
  PublishedSettings::Reader settings_;
  std::shared_ptr<const std::vector<std::string>> certificate_names_;
  Deadline deadline_;
  Limit limit_ = Limit::none;  // what the deadline guards
  bool idle_ = false;
  bool draining_ = false;
};

}  // namespace minidns::mdns
