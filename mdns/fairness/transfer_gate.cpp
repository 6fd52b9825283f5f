#include "mdns/fairness/transfer_gate.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace minidns::mdns {
namespace asio = boost::asio;

/// The timer belongs to the coroutine's executor; `runs` to the gate's lock.
struct TransferGate::Waiter {
  explicit Waiter(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  bool runs = false;
};

TransferGate::Pass::~Pass() {
  if (gate_ != nullptr) {
    gate_->leave(ticket_);
  }
}

asio::awaitable<std::variant<TransferGate::Pass, TransferGate::Refusal>> TransferGate::enter(
    TransferOwner owner, std::chrono::milliseconds limit) {
  const auto waiter = std::make_shared<Waiter>(co_await asio::this_coro::executor);
  const TransferQueue::Ticket ticket = next_ticket();
  waiter->timer.expires_after(limit);
  const auto entered = join(ticket, owner, waiter);
  if (entered == TransferQueue::Entered::full) {
    co_return Refusal::queue_full;
  }
  Pass pass(*this, ticket);  // leaves the queue, too, if we are cancelled
  if (entered == TransferQueue::Entered::waiting) {
    boost::system::error_code cancelled;  // by our turn, or with the connection: then the next wait throws
    co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    if (!runs(waiter)) {
      co_return Refusal::waited_too_long;
    }
  }
  co_return std::move(pass);
}

TransferQueue::Ticket TransferGate::next_ticket() {
  const std::lock_guard lock(mutex_);
  return next_ticket_++;
}

TransferQueue::Entered TransferGate::join(TransferQueue::Ticket ticket, const TransferOwner& owner,
                                          const std::shared_ptr<Waiter>& waiter) {
  const std::lock_guard lock(mutex_);
  const auto entered = queue_.enter(ticket, owner);
  if (entered == TransferQueue::Entered::waiting) {
    waiters_.emplace(ticket, waiter);
    waiting_.set(static_cast<double>(queue_.waiting()));
  }
  return entered;
}

bool TransferGate::runs(const std::shared_ptr<Waiter>& waiter) const {
  const std::lock_guard lock(mutex_);
  return waiter->runs;
}

void TransferGate::leave(TransferQueue::Ticket ticket) {
  const std::lock_guard lock(mutex_);
  waiters_.erase(ticket);
  wake(queue_.leave(ticket));
}

void TransferGate::set_limits(const TransferLimits& limits) {
  const std::lock_guard lock(mutex_);
  wake(queue_.set_limits(limits));
}

/// With the lock held. A waiter is between `join` and the end of its wait, on its own executor: the cancellation is
/// posted there, so it comes after the wait has begun.
void TransferGate::wake(const std::vector<TransferQueue::Ticket>& tickets) {
  for (const TransferQueue::Ticket ticket : tickets) {
    const auto found = waiters_.find(ticket);
    found->second->runs = true;
    asio::post(found->second->timer.get_executor(), [waiter = found->second] { waiter->timer.cancel(); });
    waiters_.erase(found);
  }
  waiting_.set(static_cast<double>(queue_.waiting()));
}

}  // namespace minidns::mdns
