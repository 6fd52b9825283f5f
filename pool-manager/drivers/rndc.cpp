#include "pool-manager/drivers/rndc.hpp"

#include "base/random.hpp"
#include "pool-manager/drivers/failure.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace minidns::pool {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

std::uint64_t unix_seconds(WallTime time) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace

Rndc::Rndc(const asio::any_io_executor& executor, const asio::ip::tcp::endpoint& server, RndcKey key,
           const Clock& clock, RndcLimits limits)
    : socket_(executor),
      server_(server),
      key_(std::move(key)),
      clock_(clock),
      limits_(limits),
      queue_(executor),
      deadline_(executor, [this] { close(); }),
      serial_(static_cast<std::uint32_t>(random_u64())) {}

DriverTask<RndcReply> Rndc::command(std::string text) {
  if (text.size() > rndc_command_octets_max) {
    co_return DriverError{DriverErrc::rejected, "the rndc command is too long"};
  }
  const std::optional<CallQueue::Turn> turn = co_await queue_.wait_turn(limits_.queue);
  if (!turn) {
    co_return DriverError{DriverErrc::timeout, "rndc: other commands took too long"};
  }
  const bool was_open = is_open_;
  DriverResult<RndcReply> reply = co_await attempt(text);
  if (!reply && reply.error().code == DriverErrc::unreachable && was_open) {
    reply = co_await attempt(text);
  }
  co_return reply;
}

/// Closes the connection at the end of a use that did not go well (an error, an exception, a cancelled coroutine): a
/// reply may then still be on its way.
class Rndc::Use {
 public:
  explicit Use(Rndc& rndc) : rndc_(rndc) {}
  ~Use() {
    if (!went_well_) {
      rndc_.close();
    }
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  void went_well() {
    rndc_.deadline_.disarm();
    went_well_ = true;
  }

 private:
  Rndc& rndc_;
  bool went_well_ = false;
};

DriverTask<RndcReply> Rndc::attempt(std::string text) {
  Use use(*this);
  if (!is_open_) {
    const DriverResult<void> opened = co_await open();
    if (!opened) {
      co_return opened.error();
    }
  }
  deadline_.arm(limits_.command);
  DriverResult<RndcReply> reply = co_await exchange(std::move(text));
  if (reply) {
    use.went_well();
  }
  co_return reply;
}

DriverTask<void> Rndc::open() {
  close();
  deadline_.arm(limits_.connect);
  error_code error;
  co_await socket_.async_connect(server_, asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return io_failure(error, deadline_, "rndc connect");
  }
  // `null` does nothing; its reply brings the nonce, without which named takes no other command. The kernel accepts a
  // connection at once, but named may be busy with a configuration.
  deadline_.arm(limits_.command);
  const DriverResult<RndcReply> reply = co_await exchange("null");
  if (!reply && reply.error().code == DriverErrc::unreachable) {
    // The connection came about and was closed on our first command: so named treats a wrong key, and an address that
    // its `controls` does not allow.
    co_return DriverError{DriverErrc::refused, "rndc: named closed the connection; wrong key, algorithm or clock?"};
  }
  if (!reply) {
    co_return reply.error();
  }
  if (!nonce_) {
    co_return DriverError{DriverErrc::protocol, "rndc reply: _nonce is missing"};
  }
  is_open_ = true;
  co_return DriverResult<void>();
}

DriverTask<RndcReply> Rndc::exchange(std::string text) {
  const std::uint32_t serial = ++serial_;
  const Bytes request =
      encode_rndc_request(RndcRequest{serial, unix_seconds(clock_.wall()), nonce_, std::move(text)}, key_);
  error_code error;
  co_await asio::async_write(socket_, asio::buffer(request), asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return io_failure(error, deadline_, "rndc write");
  }
  const DriverResult<Bytes> frame = co_await read_frame();
  if (!frame) {
    co_return frame.error();
  }
  DriverResult<RndcReply> reply = decode_rndc_reply(*frame, key_);
  if (!reply) {
    co_return reply;
  }
  if (reply->serial != serial || (nonce_ && reply->nonce != nonce_)) {
    co_return DriverError{DriverErrc::protocol, "rndc reply: to another command"};
  }
  nonce_ = reply->nonce;
  co_return reply;
}

DriverTask<Bytes> Rndc::read_frame() {
  std::array<std::uint8_t, rndc_length_octets> prefix{};
  error_code error;
  co_await asio::async_read(socket_, asio::buffer(prefix), asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return io_failure(error, deadline_, "rndc read");
  }
  const DriverResult<std::size_t> length = decode_rndc_length(prefix);
  if (!length) {
    co_return length.error();
  }
  Bytes frame(*length);
  co_await asio::async_read(socket_, asio::buffer(frame), asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return io_failure(error, deadline_, "rndc read");
  }
  co_return frame;
}

void Rndc::close() {
  deadline_.disarm();
  is_open_ = false;
  nonce_.reset();
  error_code ignored;  // nothing is to be saved on a connection that we give up
  socket_.close(ignored);
}

}  // namespace minidns::pool
