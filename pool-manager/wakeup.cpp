#include "pool-manager/wakeup.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace minidns::pool {

void Wakeup::notify() {
  notified_ = true;
  timer_.cancel();
}

boost::asio::awaitable<void> Wakeup::wait_until(SteadyTime deadline) {
  if (!notified_) {
    timer_.expires_at(deadline);
    boost::system::error_code cancelled;  // by notify; a cancelled coroutine throws at its next wait
    co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, cancelled));
  }
  notified_ = false;
}

boost::asio::awaitable<void> Wakeup::wait_for(SteadyTime::duration time) {
  co_await wait_until(std::chrono::steady_clock::now() + time);
}

}  // namespace minidns::pool
