#include "mdns/fairness/transfer_queue.hpp"

#include <algorithm>

namespace minidns::mdns {

bool TransferQueue::has_room_for(const TransferOwner& owner) const {
  const auto peer = peers_.find(owner.peer);
  const auto pool = pools_.find(owner.pool);
  return running_.size() < limits_.running_max &&
         (peer == peers_.end() || peer->second.running < limits_.running_per_peer_max) &&
         (pool == pools_.end() || pool->second.running < limits_.running_per_pool_max);
}

void TransferQueue::run(Ticket ticket, const TransferOwner& owner) {
  ++peers_[owner.peer].running;
  ++pools_[owner.pool].running;
  running_.emplace(ticket, owner);
}

/// Nobody who waits has room, so who comes and has room takes nobody's turn.
TransferQueue::Entered TransferQueue::enter(Ticket ticket, const TransferOwner& owner) {
  if (has_room_for(owner)) {
    run(ticket, owner);
    return Entered::running;
  }
  Peer& peer = peers_[owner.peer];
  Pool& pool = pools_[owner.pool];
  if (waiting_ >= limits_.waiting_max || peer.waiting.size() >= limits_.waiting_per_peer_max ||
      pool.waiting >= limits_.waiting_per_pool_max) {
    forget_if_unused(owner);
    return Entered::full;
  }
  if (peer.waiting.empty()) {
    turns_.push_back(owner.peer);
  }
  peer.waiting.push_back({ticket, owner.pool});
  ++pool.waiting;
  ++waiting_;
  peer_of_waiting_.emplace(ticket, owner.peer);
  return Entered::waiting;
}

std::vector<TransferQueue::Ticket> TransferQueue::leave(Ticket ticket) {
  if (remove_waiting(ticket)) {
    return {};
  }
  const auto found = running_.find(ticket);
  if (found == running_.end()) {
    return {};
  }
  const TransferOwner owner = found->second;
  running_.erase(found);
  --peers_[owner.peer].running;
  --pools_[owner.pool].running;
  forget_if_unused(owner);
  return dispatch();
}

bool TransferQueue::remove_waiting(Ticket ticket) {
  const auto found = peer_of_waiting_.find(ticket);
  if (found == peer_of_waiting_.end()) {
    return false;
  }
  const Address address = found->second;
  peer_of_waiting_.erase(found);
  auto& waiting = peers_[address].waiting;
  const auto place = std::ranges::find(waiting, ticket, &Waiting::ticket);
  const TransferOwner owner{address, place->pool};
  waiting.erase(place);
  --pools_[owner.pool].waiting;
  --waiting_;
  if (waiting.empty()) {
    turns_.remove(address);
  }
  forget_if_unused(owner);
  return true;
}

std::vector<TransferQueue::Ticket> TransferQueue::set_limits(const TransferLimits& limits) {
  limits_ = limits;
  return dispatch();
}

std::vector<TransferQueue::Ticket> TransferQueue::dispatch() {
  std::vector<Ticket> now_running;
  std::size_t passed_over = 0;
  while (running_.size() < limits_.running_max && passed_over < turns_.size()) {
    const Address address = turns_.front();
    turns_.pop_front();
    if (const auto first = run_first_of(address)) {
      now_running.push_back(*first);
      passed_over = 0;
    } else {
      ++passed_over;
    }
    if (!peers_[address].waiting.empty()) {
      turns_.push_back(address);
    }
  }
  return now_running;
}

std::optional<TransferQueue::Ticket> TransferQueue::run_first_of(const Address& address) {
  auto& waiting = peers_[address].waiting;
  const auto place = std::ranges::find_if(waiting, [&](const Waiting& candidate) {
    return has_room_for({address, candidate.pool});
  });
  if (place == waiting.end()) {
    return std::nullopt;
  }
  const Waiting chosen = *place;
  waiting.erase(place);
  peer_of_waiting_.erase(chosen.ticket);
  --pools_[chosen.pool].waiting;
  --waiting_;
  run(chosen.ticket, {address, chosen.pool});
  return chosen.ticket;
}

void TransferQueue::forget_if_unused(const TransferOwner& owner) {
  const auto peer = peers_.find(owner.peer);
  if (peer != peers_.end() && peer->second.running == 0 && peer->second.waiting.empty()) {
    peers_.erase(peer);
  }
  const auto pool = pools_.find(owner.pool);
  if (pool != pools_.end() && pool->second.running == 0 && pool->second.waiting == 0) {
    pools_.erase(pool);
  }
}

}  // namespace minidns::mdns
