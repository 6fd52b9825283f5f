#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>

namespace minidns::mdns {

/// Counts TCP connections, in all and per peer address. Safe on every thread; must outlive its slots.
class ConnectionLimits {
 public:
  ConnectionLimits(std::size_t connections_max, std::size_t connections_per_peer_max)
      : connections_max_(connections_max), connections_per_peer_max_(connections_per_peer_max) {}

  /// The right to one connection, given back when destroyed.
  class Slot {
   public:
    Slot(Slot&& other) noexcept;
    Slot& operator=(Slot&&) = delete;
    ~Slot();

   private:
    friend class ConnectionLimits;
    Slot(ConnectionLimits& limits, boost::asio::ip::address peer) : limits_(&limits), peer_(std::move(peer)) {}
    ConnectionLimits* limits_;  // null: moved from
    boost::asio::ip::address peer_;
  };

  /// Nothing if one of the limits is reached.
  [[nodiscard]] std::optional<Slot> take(const boost::asio::ip::address& peer);
  [[nodiscard]] std::size_t size() const;

 private:
  void give_back(const boost::asio::ip::address& peer);

  const std::size_t connections_max_;
  const std::size_t connections_per_peer_max_;
  mutable std::mutex mutex_;  // guards what follows
  std::size_t count_ = 0;
  std::map<boost::asio::ip::address, std::size_t> per_peer_;
};

}  // namespace minidns::mdns
