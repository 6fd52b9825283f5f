#include "base/deadline.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <utility>

namespace minidns {

/// Shared with the timer's handlers, which may still be queued when the Deadline is gone.
struct Deadline::State {
  State(const boost::asio::any_io_executor& executor, std::function<void()> action)
      : timer(executor), on_expiry(std::move(action)) {}

  boost::asio::steady_timer timer;
  std::function<void()> on_expiry;
  std::uint64_t generation = 0;  // a handler of an earlier one is void, even if it was queued before the cancellation
  bool expired = false;
};

Deadline::Deadline(const boost::asio::any_io_executor& executor, std::function<void()> on_expiry)
    : state_(std::make_shared<State>(executor, std::move(on_expiry))) {}

Deadline::~Deadline() {
  disarm();
}

void Deadline::arm(std::chrono::steady_clock::duration time) {
  const std::uint64_t generation = ++state_->generation;
  state_->expired = false;
  state_->timer.expires_after(time);
  state_->timer.async_wait([state = state_, generation](const boost::system::error_code& error) {
    if (!error && state->generation == generation) {
      state->expired = true;
      state->on_expiry();
    }
  });
}

void Deadline::disarm() {
  ++state_->generation;
  state_->timer.cancel();
}

bool Deadline::expired() const {
  return state_->expired;
}

}  // namespace minidns
