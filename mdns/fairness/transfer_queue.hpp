#pragma once

#include "base/ids.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace minidns::mdns {

/// How many transfers may run, and how many may wait for that. Why these numbers: docs/operations.md.
struct TransferLimits {
  std::size_t running_max = 200;
  std::size_t running_per_peer_max = 50;
  std::size_t running_per_pool_max = 150;
  std::size_t waiting_max = 2000;
  std::size_t waiting_per_peer_max = 200;
  std::size_t waiting_per_pool_max = 1000;
};

/// Who a transfer is for: the peer's address, and the pool of the zone.
struct TransferOwner {
  boost::asio::ip::address peer;
  PoolId pool;
};

/// Which transfers run and which wait; knows no time and no sockets. A place that becomes free goes to the peers in
/// turn, and for each to its oldest transfer whose pool has room: so one peer's backlog costs another one turn, and
/// what belongs to one peer and pool is served in the order in which it came. Not for several threads at once.
///
///     enter ──▶ waiting ── a place is free ──▶ running ── leave ──▶ gone
///       │          └────────────── leave ───────────────────────────▲
///       └── the queue is full ───────────────────────────────────────┘
class TransferQueue {
 public:
  using Ticket = std::uint64_t;

  explicit TransferQueue(const TransferLimits& limits) : limits_(limits) {}

  enum class Entered { running, waiting, full };
  /// `ticket` must be new. It need not leave if the queue was full.
  [[nodiscard]] Entered enter(Ticket ticket, const TransferOwner& owner);
  /// Running or waiting. Returns those that run from now on.
  [[nodiscard]] std::vector<Ticket> leave(Ticket ticket);
  /// Those above new limits stay. Returns those that run from now on.
  [[nodiscard]] std::vector<Ticket> set_limits(const TransferLimits& limits);

  [[nodiscard]] std::size_t running() const { return running_.size(); }
  [[nodiscard]] std::size_t waiting() const { return waiting_; }

 private:
  struct Waiting {
    Ticket ticket;
    PoolId pool;
  };
  struct Peer {
    std::size_t running = 0;
    std::list<Waiting> waiting = {};  ///< in the order in which they came
  };
  struct Pool {
    std::size_t running = 0;
    std::size_t waiting = 0;
  };
  using Address = boost::asio::ip::address;

  [[nodiscard]] bool has_room_for(const TransferOwner& owner) const;
  void run(Ticket ticket, const TransferOwner& owner);
  [[nodiscard]] bool remove_waiting(Ticket ticket);
  [[nodiscard]] std::vector<Ticket> dispatch();
  /// The peer's first that has room; it runs then. Nothing if there is none.
  [[nodiscard]] std::optional<Ticket> run_first_of(const Address& address);
  void forget_if_unused(const TransferOwner& owner);

  TransferLimits limits_;
  std::size_t waiting_ = 0;
  std::unordered_map<Ticket, TransferOwner> running_;
  std::unordered_map<Ticket, Address> peer_of_waiting_;
  std::map<Address, Peer> peers_;
  std::unordered_map<PoolId, Pool> pools_;
  std::list<Address> turns_;  // peers with something that waits; the first is next
};

}  // namespace minidns::mdns
