#pragma once

#include "base/metrics.hpp"
#include "mdns/fairness/transfer_queue.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace minidns::mdns {

/// Where a transfer waits for its turn before it costs anything: one lock around a TransferQueue, and a timer for each
/// that waits. Safe on every thread; must outlive its passes.
class TransferGate {
 public:
  TransferGate(const TransferLimits& limits, Gauge waiting) : queue_(limits), waiting_(waiting) {}

  /// The right to run one transfer, given back when destroyed.
  class Pass {
   public:
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)), ticket_(other.ticket_) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass();

   private:
    friend class TransferGate;
    Pass(TransferGate& gate, TransferQueue::Ticket ticket) : gate_(&gate), ticket_(ticket) {}
    TransferGate* gate_;  // null: moved from
    TransferQueue::Ticket ticket_;
  };
  enum class Refusal { queue_full, waited_too_long };

  /// For a coroutine whose executor doesn't run two handlers at once. Waits for at most `limit`.
  [[nodiscard]] boost::asio::awaitable<std::variant<Pass, Refusal>> enter(TransferOwner owner,
                                                                          std::chrono::milliseconds limit);
  void set_limits(const TransferLimits& limits);

 private:
  struct Waiter;

  /// Null if the transfer may run at once.
  [[nodiscard]] TransferQueue::Entered join(TransferQueue::Ticket ticket, const TransferOwner& owner,
                                            const std::shared_ptr<Waiter>& waiter);
  [[nodiscard]] TransferQueue::Ticket next_ticket();
  [[nodiscard]] bool runs(const std::shared_ptr<Waiter>& waiter) const;
  void leave(TransferQueue::Ticket ticket);
  void wake(const std::vector<TransferQueue::Ticket>& tickets);

  mutable std::mutex mutex_;  // guards what follows, and whether a waiter runs
  TransferQueue queue_;
  TransferQueue::Ticket next_ticket_ = 0;
  std::unordered_map<TransferQueue::Ticket, std::shared_ptr<Waiter>> waiters_;
  const Gauge waiting_;
};

}  // namespace minidns::mdns
