#include "api/waiting_request.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>

namespace minidns::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Gives the place in the registry back, also if the coroutine is destroyed while it waits.
class Place {
 public:
  Place(VersionWaits& waits, VersionWaits::Ticket ticket) : waits_(waits), ticket_(ticket) {}
  ~Place() { waits_.end(ticket_, reason_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  void set_reason(WaitEnd reason) { reason_ = reason; }

 private:
  VersionWaits& waits_;
  VersionWaits::Ticket ticket_;
  WaitEnd reason_ = WaitEnd::stopping;
};

}  // namespace

WaitingRequest::WaitingRequest(tcp::socket& socket, VersionWaits& waits)
    : socket_(socket), waits_(waits), timer_(socket.get_executor()) {}

asio::awaitable<std::optional<WaitEnd>> WaitingRequest::wait(std::shared_ptr<WaitingRequest> self, VersionWait wish) {
  self->timer_.expires_after(wish.time);
  const auto ticket =
      self->waits_.begin(wish.zone, wish.version, [self, executor = self->socket_.get_executor()](WaitEnd end) {
        asio::post(executor, [self, end] { self->finish(end); });
      });
  if (!ticket) {
    co_return std::nullopt;
  }
  Place place(self->waits_, *ticket);
  self->watch_client();
  error_code error;
  co_await self->timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
  // Without an end the time was over, or (with an error) the coroutine was cancelled.
  self->finish(error ? WaitEnd::stopping : WaitEnd::timeout);
  error_code ignored;  // nothing to cancel is fine
  self->socket_.cancel(ignored);
  place.set_reason(*self->end_);
  co_return self->end_;
}

void WaitingRequest::finish(WaitEnd end) {
  if (!end_) {
    end_ = end;
    timer_.cancel();
  }
}

void WaitingRequest::watch_client() {
  socket_.async_wait(tcp::socket::wait_read, [weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (!error && self && !self->end_ && self->has_client_left()) {
      self->finish(WaitEnd::client_left);
    }
  });
}

/// The socket can be read: an octet is the next request, which may wait.
bool WaitingRequest::has_client_left() {
  std::array<char, 1> octet;
  error_code error;
  socket_.non_blocking(true, error);
  socket_.receive(asio::buffer(octet), tcp::socket::message_peek, error);
  if (error == asio::error::would_block) {
    watch_client();  // woken for nothing
    return false;
  }
  return static_cast<bool>(error);
}

}  // namespace minidns::api
