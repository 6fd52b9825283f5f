#include "mdns/fairness/connection_limits.hpp"

#include <algorithm>

namespace minidns::mdns {
namespace asio = boost::asio;

asio::ip::address counted_as(const asio::ip::address& peer) {
  if (!peer.is_v6()) {
    return peer;
  }
  auto octets = peer.to_v6().to_bytes();
  std::fill(octets.begin() + 8, octets.end(), std::uint8_t{0});
  return asio::ip::address_v6(octets);
}

ConnectionLimits::Slot::~Slot() {
  if (entry_) {
    limits_->give_back(*entry_);
  }
}

void ConnectionLimits::Slot::on_eviction(std::function<void()> close) {
  {
    const std::lock_guard lock(limits_->mutex_);
    if (!entry_->evicted) {
      entry_->close = std::move(close);
      return;
    }
  }
  close();
}

void ConnectionLimits::Slot::set_proven() {
  const std::lock_guard lock(limits_->mutex_);
  if (!entry_->proven && !entry_->evicted) {
    entry_->proven = true;
    limits_->no_stranger(limits_->peers_.find(entry_->peer), *entry_);
  }
}

std::optional<ConnectionLimits::Slot> ConnectionLimits::take(const asio::ip::address& peer) {
  const asio::ip::address counted = counted_as(peer);
  std::function<void()> close;
  std::shared_ptr<Entry> entry;
  {
    const std::lock_guard lock(mutex_);
    bool has_room = true;
    if (const auto evicted = make_room(counted, has_room)) {
      close = std::move(evicted->close);
    }
    if (!has_room) {
      return std::nullopt;
    }
    const auto found = peers_.try_emplace(counted).first;
    if (!found->second.strangers.empty()) {
      strangers_.erase(rank_of(*found));
    }
    entry = std::make_shared<Entry>(Entry{counted, next_number_++});
    found->second.strangers.emplace(entry->number, entry);
    strangers_.insert(rank_of(*found));
    ++found->second.count;
    ++count_;
  }
  if (close) {
    close();
  }
  return Slot(*this, std::move(entry));
}

/// Who was evicted for a new connection of `peer`, if that was needed and possible.
std::shared_ptr<ConnectionLimits::Entry> ConnectionLimits::make_room(const asio::ip::address& peer, bool& has_room) {
  const auto own = peers_.find(peer);
  const bool peer_is_full = own != peers_.end() && own->second.count >= connections_per_peer_max_;
  if (!peer_is_full && count_ < connections_max_) {
    return nullptr;
  }
  const bool has_stranger = peer_is_full ? !own->second.strangers.empty() : !strangers_.empty();
  if (!has_stranger || evicting_ >= evictions_max) {
    has_room = false;
    return nullptr;
  }
  return evict_oldest_of(peer_is_full ? peer : std::get<2>(*strangers_.rbegin()));
}

std::shared_ptr<ConnectionLimits::Entry> ConnectionLimits::evict_oldest_of(const asio::ip::address& peer) {
  const auto found = peers_.find(peer);
  std::shared_ptr<Entry> entry = found->second.strangers.begin()->second;
  entry->evicted = true;
  no_stranger(found, *entry);
  --count_;
  ++evicting_;
  if (--found->second.count == 0) {
    peers_.erase(found);
  }
  return entry;
}

void ConnectionLimits::no_stranger(Peers::iterator peer, const Entry& entry) {
  strangers_.erase(rank_of(*peer));
  peer->second.strangers.erase(entry.number);
  if (!peer->second.strangers.empty()) {
    strangers_.insert(rank_of(*peer));
  }
}

ConnectionLimits::Rank ConnectionLimits::rank_of(const Peers::value_type& peer) {
  const auto oldest = static_cast<std::int64_t>(peer.second.strangers.begin()->first);
  return {peer.second.strangers.size(), -oldest, peer.first};
}

void ConnectionLimits::give_back(Entry& entry) {
  const std::lock_guard lock(mutex_);
  if (entry.evicted) {
    --evicting_;
    return;
  }
  const auto found = peers_.find(entry.peer);
  if (!entry.proven) {
    no_stranger(found, entry);
  }
  --count_;
  if (--found->second.count == 0) {
    peers_.erase(found);
  }
}

void ConnectionLimits::set_limits(std::size_t connections_max, std::size_t connections_per_peer_max) {
  const std::lock_guard lock(mutex_);
  connections_max_ = connections_max;
  connections_per_peer_max_ = connections_per_peer_max;
}

std::size_t ConnectionLimits::size() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

}  // namespace minidns::mdns
