#include "pool-manager/proof/transfer_client.hpp"

#include "base/bytes.hpp"
#include "base/deadline.hpp"
#include "base/random.hpp"
#include "dns/wire/message.hpp"
#include "dns/wire/request.hpp"
#include "tsig/tsig.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>
#include <boost/throw_exception.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <utility>

namespace minidns::pool {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Failure = std::optional<ContentError>;

ContentErrc code_of(dns::TransferErrc code) {
  switch (code) {
    case dns::TransferErrc::malformed:
      return ContentErrc::unusable;
    case dns::TransferErrc::refused:
      return ContentErrc::refused;
    case dns::TransferErrc::inconsistent:
      return ContentErrc::changed;
    case dns::TransferErrc::too_large:
      return ContentErrc::too_large;
  }
  return ContentErrc::unusable;
}

/// One transfer. All on its strand.
class Transfer {
 public:
  Transfer(const asio::any_io_executor& executor, const TransferSource& source, const dns::Name& zone,
           const dnssec::DigestKey& key, const TransferBounds& bounds, const Clock& clock)
      : source_(source),
        bounds_(bounds),
        clock_(clock),
        id_(static_cast<std::uint16_t>(random_u64())),
        request_(dns::make_query(id_, zone, dns::RRType::axfr)),
        reader_({zone, dns::RRType::axfr, id_}, bounds.size),
        digest_(key),
        socket_(executor),
        end_(clock.steady() + bounds.whole),
        deadline_(executor, [this] {
          error_code ignored;  // it's closed either way
          socket_.close(ignored);
        }) {}

  [[nodiscard]] asio::awaitable<Failure> open();
  [[nodiscard]] asio::awaitable<Failure> ask();
  /// The next message.
  [[nodiscard]] asio::awaitable<Failure> receive();
  [[nodiscard]] bool is_done() const { return reader_.is_done(); }
  [[nodiscard]] Result<ZoneSum, ContentError> sum() const;

 private:
  void arm(std::chrono::milliseconds limit);
  [[nodiscard]] Failure failure(const error_code& error, const char* doing) const;
  [[nodiscard]] Failure take(ByteView octets);

  const TransferSource& source_;
  const TransferBounds& bounds_;
  const Clock& clock_;
  const std::uint16_t id_;
  Bytes request_;
  std::optional<tsig::ClientTransaction> transaction_;
  dns::TransferReader reader_;
  ContentDigest digest_;
  std::uint64_t octets_ = 0;
  Bytes buffer_;
  tcp::socket socket_;
  const SteadyTime end_;
  Deadline deadline_;  ///< last: it closes the socket
};

/// For the next wait, which ends with the whole transfer's time too.
void Transfer::arm(std::chrono::milliseconds limit) {
  const SteadyTime::duration left = end_ - clock_.steady();
  deadline_.arm(std::clamp<SteadyTime::duration>(left, SteadyTime::duration(0), limit));
}

Failure Transfer::failure(const error_code& error, const char* doing) const {
  if (deadline_.expired()) {
    return ContentError{ContentErrc::unreachable, std::string(doing) + ": took too long"};
  }
  if (error == asio::error::operation_aborted) {  // cancelled from outside
    throw boost::system::system_error(error);
  }
  return ContentError{ContentErrc::unreachable, std::string(doing) + ": " + error.message()};
}

asio::awaitable<Failure> Transfer::open() {
  const tcp::endpoint to(source_.address, source_.port);
  error_code error;
  socket_.open(to.protocol(), error);
  if (!error) {
    arm(bounds_.connect);
    co_await socket_.async_connect(to, asio::redirect_error(asio::use_awaitable, error));
  }
  co_return error ? failure(error, "connect") : std::nullopt;
}

asio::awaitable<Failure> Transfer::ask() {
  if (source_.key) {
    transaction_.emplace(request_, source_.key, clock_.wall());
  }
  const std::array<std::uint8_t, 2> length = {static_cast<std::uint8_t>(request_.size() >> 8U),
                                              static_cast<std::uint8_t>(request_.size() & 0xffU)};
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(length), asio::buffer(request_)};
  error_code error;
  arm(bounds_.message);
  co_await asio::async_write(socket_, buffers, asio::redirect_error(asio::use_awaitable, error));
  co_return error ? failure(error, "send") : std::nullopt;
}

asio::awaitable<Failure> Transfer::receive() {
  std::array<std::uint8_t, 2> length{};
  error_code error;
  arm(bounds_.message);  // for the whole message: who trickles octets must not hold us up
  co_await asio::async_read(socket_, asio::buffer(length), asio::redirect_error(asio::use_awaitable, error));
  if (!error) {
    buffer_.resize(std::size_t{length[0]} << 8U | length[1]);
    co_await asio::async_read(socket_, asio::buffer(buffer_), asio::redirect_error(asio::use_awaitable, error));
  }
  if (error) {
    co_return failure(error, "receive");
  }
  co_return take(buffer_);
}

Failure Transfer::take(ByteView octets) {
  const auto message = dns::parse_message(octets);
  if (!message) {
    return ContentError{ContentErrc::unusable, "a message is malformed: " + message.error().detail};
  }
  // Who doesn't have our key, or doesn't let it transfer, can't sign that it doesn't.
  const auto rcode = static_cast<dns::Rcode>(message->header.rcode);
  if (message->header.id == id_ && (rcode == dns::Rcode::refused || rcode == dns::Rcode::notauth)) {
    return ContentError{ContentErrc::refused, rcode == dns::Rcode::refused ? "REFUSED" : "NOTAUTH"};
  }
  if (transaction_) {
    if (const auto reason = transaction_->verify(octets, *message, clock_.wall())) {
      return ContentError{ContentErrc::unusable, "a message is not accepted: " + *reason};
    }
  }
  octets_ += octets.size();
  auto events = reader_.read(*message, octets.size());
  if (!events) {
    return ContentError{code_of(events.error().code), events.error().detail};
  }
  for (dns::TransferEvent& event : *events) {
    digest_.add(std::move(event));
  }
  return std::nullopt;
}

Result<ZoneSum, ContentError> Transfer::sum() const {
  if (transaction_ && !transaction_->is_complete()) {
    return ContentError{ContentErrc::unusable, "the last message is not signed"};
  }
  const auto sum = digest_.sum(octets_);
  if (!sum) {
    return ContentError{ContentErrc::unusable, "the transfer has no end"};
  }
  return *sum;
}

}  // namespace

std::string_view to_text(ContentErrc code) {
  switch (code) {
    case ContentErrc::unreachable:
      return "unreachable";
    case ContentErrc::refused:
      return "refused";
    case ContentErrc::changed:
      return "changed";
    case ContentErrc::too_large:
      return "too large";
    case ContentErrc::unusable:
      return "unusable";
  }
  return "unknown";
}

void throw_exception_from_error(const ContentError& error, const boost::source_location& where) {
  boost::throw_with_location(std::runtime_error(error.detail), where);
}

asio::awaitable<Result<ZoneSum, ContentError>> sum_up_zone(asio::any_io_executor executor, TransferSource source,
                                                           dns::Name zone, const dnssec::DigestKey* key,
                                                           TransferBounds bounds, const Clock* clock) {
  Transfer transfer(executor, source, zone, *key, bounds, *clock);
  Failure failure = co_await transfer.open();
  if (!failure) {
    failure = co_await transfer.ask();
  }
  while (!failure && !transfer.is_done()) {
    failure = co_await transfer.receive();
  }
  if (failure) {
    co_return *std::move(failure);
  }
  co_return transfer.sum();
}

}  // namespace minidns::pool
