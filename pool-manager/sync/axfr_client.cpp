#include "pool-manager/sync/axfr_client.hpp"

#include "base/random.hpp"
#include "dns/wire/request.hpp"
#include "tsig/tsig.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <optional>
#include <utility>

namespace minidns::pool::sync {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

/// Follows the records of one zone: begins and ends with the same SOA (RFC 5936 §2.2).
class ZoneReader {
 public:
  ZoneReader(dns::Name zone, std::uint16_t id) : zone_(std::move(zone)), id_(id) {}

  /// Why the message doesn't go on with the transfer; nothing if it does.
  [[nodiscard]] std::optional<std::string> read(const dns::Message& message, const AxfrClient::OnRecord& on_record) {
    if (!message.header.qr || message.header.id != id_) {
      return "a message is no answer to our question";
    }
    if (message.header.rcode != 0) {
      return "RCODE " + std::to_string(message.header.rcode);
    }
    for (const dns::Record& record : message.answer) {
      if (is_done_) {
        return "there are records after the closing SOA";
      }
      const bool is_soa = record.type == dns::RRType::soa;
      if (!soa_ && (!is_soa || record.owner != zone_)) {
        return "it doesn't begin with the SOA";
      }
      if (soa_ && is_soa) {
        is_done_ = true;
        if (record.rdata != *soa_) {
          return "it ends with another SOA than it began with";
        }
        continue;
      }
      if (is_soa) {
        soa_ = record.rdata;
      }
      on_record(record);
    }
    return std::nullopt;
  }
  [[nodiscard]] bool is_done() const { return is_done_; }

 private:
  dns::Name zone_;
  std::uint16_t id_;
  std::optional<Bytes> soa_;
  bool is_done_ = false;
};

}  // namespace

AxfrClient::AxfrClient(const asio::any_io_executor& executor, const Primary& primary,
                       std::shared_ptr<const tsig::Key> key, const Clock& clock, const AxfrLimits& limits)
    : socket_(executor),
      primary_(primary),
      key_(std::move(key)),
      clock_(clock),
      limits_(limits),
      deadline_(executor, [this] { close(); }),
      buffer_(dns::message_size_octets_max) {}

asio::awaitable<Result<void, AxfrError>> AxfrClient::transfer(dns::Name zone, OnRecord on_record) {
  if (!socket_.is_open()) {
    const auto connected = co_await connect();
    if (!connected) {
      co_return connected.error();
    }
  }
  const auto id = static_cast<std::uint16_t>(random_u64());
  Bytes request = dns::make_query(id, zone, dns::RRType::axfr);
  tsig::ClientTransaction transaction(request, key_, clock_.wall());
  const auto sent = co_await send(std::move(request));
  if (!sent) {
    co_return sent.error();
  }
  ZoneReader reader(std::move(zone), id);
  std::uint64_t octets = 0;
  while (!reader.is_done()) {
    const auto size = co_await receive();
    if (!size) {
      co_return size.error();
    }
    const ByteView view = ByteView(buffer_).first(*size);
    const auto message = dns::parse_message(view);
    if (!message) {
      co_return broken("a message", message.error().detail);
    }
    if (const auto reason = transaction.verify(view, *message, clock_.wall())) {
      co_return broken("a message isn't accepted", *reason);
    }
    octets += *size;
    if (octets > limits_.octets_max) {
      co_return broken("the zone", "too large");
    }
    if (const auto reason = reader.read(*message, on_record)) {
      const bool is_refusal = message->header.rcode != 0;
      if (is_refusal) {
        co_return AxfrError{AxfrError::Kind::zone, *reason};
      }
      co_return broken("the transfer", *reason);
    }
  }
  if (!transaction.is_complete()) {
    co_return broken("the transfer", "its last message isn't signed");
  }
  co_return Result<void, AxfrError>();
}

void AxfrClient::close() {
  error_code ignored;  // it's closed either way
  socket_.close(ignored);
}

AxfrError AxfrClient::broken(const char* doing, const std::string& why) {
  close();
  return {AxfrError::Kind::connection, std::string(doing) + ": " + why};
}

asio::awaitable<Result<void, AxfrError>> AxfrClient::connect() {
  const tcp::endpoint to(primary_.address, primary_.port);
  error_code error;
  socket_.open(to.protocol(), error);
  if (!error) {
    deadline_.arm(limits_.connect);
    co_await socket_.async_connect(to, asio::redirect_error(asio::use_awaitable, error));
    deadline_.disarm();
  }
  if (error) {
    co_return broken("connect", deadline_.expired() ? "took too long" : error.message());
  }
  co_return Result<void, AxfrError>();
}

asio::awaitable<Result<void, AxfrError>> AxfrClient::send(Bytes request) {
  const std::array<std::uint8_t, 2> length = {static_cast<std::uint8_t>(request.size() >> 8U),
                                              static_cast<std::uint8_t>(request.size() & 0xffU)};
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(length), asio::buffer(request)};
  error_code error;
  deadline_.arm(limits_.message);
  co_await asio::async_write(socket_, buffers, asio::redirect_error(asio::use_awaitable, error));
  deadline_.disarm();
  if (error) {
    co_return broken("send", deadline_.expired() ? "took too long" : error.message());
  }
  co_return Result<void, AxfrError>();
}

/// The size of the next message, which is in `buffer_`.
asio::awaitable<Result<std::size_t, AxfrError>> AxfrClient::receive() {
  std::array<std::uint8_t, 2> length{};
  error_code error;
  deadline_.arm(limits_.message);
  co_await asio::async_read(socket_, asio::buffer(length), asio::redirect_error(asio::use_awaitable, error));
  const std::size_t size = std::size_t{length[0]} << 8U | length[1];
  if (!error) {
    co_await asio::async_read(socket_, asio::buffer(buffer_.data(), size),
                              asio::redirect_error(asio::use_awaitable, error));
  }
  deadline_.disarm();
  if (error) {
    co_return broken("receive", deadline_.expired() ? "took too long" : error.message());
  }
  co_return size;
}

}  // namespace minidns::pool::sync
