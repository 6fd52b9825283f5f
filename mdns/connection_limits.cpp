#include "mdns/connection_limits.hpp"

#include <utility>

namespace minidns::mdns {

ConnectionLimits::Slot::Slot(Slot&& other) noexcept
    : limits_(std::exchange(other.limits_, nullptr)), peer_(other.peer_) {}

ConnectionLimits::Slot::~Slot() {
  if (limits_ != nullptr) {
    limits_->give_back(peer_);
  }
}

std::optional<ConnectionLimits::Slot> ConnectionLimits::take(const boost::asio::ip::address& peer) {
  const std::lock_guard lock(mutex_);
  if (count_ >= connections_max_) {
    return std::nullopt;
  }
  std::size_t& of_peer = per_peer_[peer];  // an entry of 0 is there only if connections_per_peer_max_ is 0
  if (of_peer >= connections_per_peer_max_) {
    return std::nullopt;
  }
  ++of_peer;
  ++count_;
  return Slot(*this, peer);
}

std::size_t ConnectionLimits::size() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void ConnectionLimits::give_back(const boost::asio::ip::address& peer) {
  const std::lock_guard lock(mutex_);
  --count_;
  const auto found = per_peer_.find(peer);
  if (--found->second == 0) {
    per_peer_.erase(found);
  }
}

}  // namespace minidns::mdns
