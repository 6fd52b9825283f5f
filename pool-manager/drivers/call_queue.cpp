#include "pool-manager/drivers/call_queue.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <list>
#include <utility>

namespace minidns::pool {

/// Shared with those who wait, since a driver and its callers' coroutines may be destroyed in any order.
struct CallQueue::Turn::State {
  /// One coroutine that waits; the timer is its limit, and is cancelled to wake it.
  struct Waiter {
    explicit Waiter(const boost::asio::any_io_executor& executor) : timer(executor) {}
    boost::asio::steady_timer timer;
    bool has_turn = false;
  };

  explicit State(boost::asio::any_io_executor its_executor) : executor(std::move(its_executor)) {}

  void pass_on();

  boost::asio::any_io_executor executor;
  bool is_taken = false;
  std::list<std::shared_ptr<Waiter>> waiting;
};

void CallQueue::Turn::State::pass_on() {
  if (waiting.empty()) {
    is_taken = false;
    return;
  }
  const std::shared_ptr<Waiter> next = waiting.front();
  waiting.pop_front();
  next->has_turn = true;
  next->timer.cancel();
}

namespace {

/// A place in the queue, in the waiting coroutine's frame: leaves the queue however that frame ends.
template <class State>
struct Place {
  explicit Place(std::shared_ptr<State> its_queue)
      : queue(std::move(its_queue)), waiter(std::make_shared<typename State::Waiter>(queue->executor)) {
    queue->waiting.push_back(waiter);
  }
  ~Place() {
    if (!waiter->has_turn) {
      queue->waiting.remove(waiter);
    } else if (!is_used) {
      queue->pass_on();
    }
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  std::shared_ptr<State> queue;
  std::shared_ptr<typename State::Waiter> waiter;
  bool is_used = false;  ///< the turn has become a Turn
};

}  // namespace

CallQueue::Turn::Turn(std::shared_ptr<State> state) : state_(std::move(state)) {}

CallQueue::Turn::~Turn() {
  if (state_) {
    state_->pass_on();
  }
}

CallQueue::CallQueue(const boost::asio::any_io_executor& executor) : state_(std::make_shared<Turn::State>(executor)) {}

boost::asio::awaitable<std::optional<CallQueue::Turn>> CallQueue::wait_turn(std::chrono::steady_clock::duration limit) {
  const std::shared_ptr<Turn::State> state = state_;
  if (!state->is_taken) {
    state->is_taken = true;
    co_return Turn(state);
  }
  if (state->waiting.size() == waiting_max) {
    co_return std::nullopt;
  }
  Place place(state);
  place.waiter->timer.expires_after(limit);
  boost::system::error_code error;
  co_await place.waiter->timer.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, error));
  if (place.waiter->has_turn) {
    place.is_used = true;
    co_return Turn(state);
  }
  if (error) {
    throw boost::system::system_error(error);
  }
  co_return std::nullopt;
}

}  // namespace minidns::pool
