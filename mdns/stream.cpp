#include "mdns/stream.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace minidns::mdns {
namespace asio = boost::asio;

namespace {

class PlainStream final : public Stream {
 public:
  explicit PlainStream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {
    socket_.non_blocking(true);  // for write_now
  }

  asio::any_io_executor executor() override { return socket_.get_executor(); }
  asio::awaitable<void> open() override { co_return; }

  asio::awaitable<boost::system::error_code> read(asio::mutable_buffer buffer) override {
    boost::system::error_code error;
    co_await asio::async_read(socket_, buffer, asio::redirect_error(asio::use_awaitable, error));
    co_return error;
  }

  std::size_t write_now(std::span<const asio::const_buffer> parts) override {
    boost::system::error_code error;  // that it would block, or what `write_some` finds again
    return socket_.write_some(parts, error);
  }

  asio::awaitable<std::size_t> write_some(std::span<const asio::const_buffer> parts) override {
    const std::size_t written = co_await socket_.async_write_some(parts, asio::use_awaitable);
    co_return written;
  }

  asio::awaitable<void> finish() override { co_return; }

  void cancel() noexcept override {
    boost::system::error_code ignored;  // of a socket that is closed: nothing is under way
    socket_.cancel(ignored);
  }

  void close() noexcept override {
    boost::system::error_code ignored;  // it's closed either way
    socket_.close(ignored);
  }

  std::vector<std::string> peer_names() override { return {}; }

 private:
  asio::ip::tcp::socket socket_;
};

}  // namespace

std::unique_ptr<Stream> make_plain_stream(asio::ip::tcp::socket socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace minidns::mdns
