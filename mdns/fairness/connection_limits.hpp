#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

namespace minidns::mdns {

/// Who shares a count: an IPv4 address, or the /64 of an IPv6 address, of which one host has all.
[[nodiscard]] boost::asio::ip::address counted_as(const boost::asio::ip::address& peer);

/// Counts TCP connections, in all and per peer, and makes room: a connection whose peer has not proved who it is can be
/// evicted by a new one, so that a crowd of strangers keeps out no secondary. The oldest goes, of the peer that has
/// most of them: a secondary with one connection loses it only to as many strangers as there are places, and only if
/// its first request takes longer than they need to come. Safe on every thread; must outlive its slots.
class ConnectionLimits {
 public:
  ConnectionLimits(std::size_t connections_max, std::size_t connections_per_peer_max)
      : connections_max_(connections_max), connections_per_peer_max_(connections_per_peer_max) {}

  /// Connections that were evicted and are not closed yet; more, and new ones are refused. A close takes microseconds.
  static constexpr std::size_t evictions_max = 256;

 private:
  struct Entry;

 public:
  /// The right to one connection, given back when destroyed.
  class Slot {
   public:
    Slot(Slot&& other) noexcept = default;
    Slot& operator=(Slot&&) = delete;
    ~Slot();

    /// What closes the connection if another needs its place; called at most once, on any thread, perhaps at once.
    void on_eviction(std::function<void()> close);
    /// The peer is known by a key or a certificate: it keeps its place.
    void set_proven();

   private:
    friend class ConnectionLimits;
    Slot(ConnectionLimits& limits, std::shared_ptr<Entry> entry) : limits_(&limits), entry_(std::move(entry)) {}
    ConnectionLimits* limits_;
    std::shared_ptr<Entry> entry_;  // null: moved from
  };

  /// Nothing if a limit is reached and nobody can be evicted.
  [[nodiscard]] std::optional<Slot> take(const boost::asio::ip::address& peer);
  /// Connections that are above new limits stay.
  void set_limits(std::size_t connections_max, std::size_t connections_per_peer_max);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    boost::asio::ip::address peer;
    std::uint64_t number;  ///< of its kind: rises
    bool proven = false;
    bool evicted = false;
    std::function<void()> close = {};
  };
  struct Peer {
    std::size_t count = 0;
    std::map<std::uint64_t, std::shared_ptr<Entry>> strangers = {};  ///< that are not proven, oldest first
  };
  using Peers = std::map<boost::asio::ip::address, Peer>;
  /// Number of strangers; of their oldest, negated, so that the largest is whom to evict; the peer.
  using Rank = std::tuple<std::size_t, std::int64_t, boost::asio::ip::address>;

  [[nodiscard]] static Rank rank_of(const Peers::value_type& peer);
  [[nodiscard]] std::shared_ptr<Entry> make_room(const boost::asio::ip::address& peer, bool& has_room);
  [[nodiscard]] std::shared_ptr<Entry> evict_oldest_of(const boost::asio::ip::address& peer);
  void no_stranger(Peers::iterator peer, const Entry& entry);
  void give_back(Entry& entry);

  mutable std::mutex mutex_;  // guards what follows, and the entries
  std::size_t connections_max_;
  std::size_t connections_per_peer_max_;
  std::size_t count_ = 0;
  std::size_t evicting_ = 0;
  std::uint64_t next_number_ = 0;
  Peers peers_;
  std::set<Rank> strangers_;  // of the peers that have any
};

}  // namespace minidns::mdns
